package dictionary

import (
	"cmp"
	"crypto/sha256"
	"math"
	"slices"
)

// digest tells chunks apart: the first half of their SHA-256. Anybody can write content into a site's sessions, so it must
// not be feasible to make a chunk that is taken for another person's: that takes 2^128 tries here, where for a
// fast 64-bit hash it could be worked out at a desk.
type digest [16]byte

func digestOf(chunk []byte) digest {
	sum := sha256.Sum256(chunk)
	return digest(sum[:16])
}

// tally is what is known of one chunk.
type tally struct {
	blank    digest           // the same chunk with its digits 0; zero where that is the same
	order    uint32           // when it was seen first
	last     int32            // number of the session in which it was seen last
	sessions int32            // how many had it
	unknown  int32            // how many of them are of nobody known
	people   [PeopleMin]int32 // the first known people that had it, by their numbers; 0 where there are fewer
	weight   float32          // its sessions, newer ones counting more
	bytes    int32
}

// qualifies is the rule of [Rules.MinSessions].
func (t *tally) qualifies(minSessions int) bool {
	return int(t.sessions) >= minSessions && t.people[PeopleMin-1] != 0 || int(t.unknown) >= minSessions
}

// counter counts in how many sessions, and of how many people, each chunk is.
type counter struct {
	minSessions int
	tallies     map[digest]tally
	order       uint32
	people      map[string]int32 // their numbers, from 1
	now         int32            // number of the session that is read, from 1
	person      int32            // whose it is, 0 where unknown
	weight      float32          // what it counts
	forgot      int32            // number of the session in which room was made last
	zeros       []byte           // scratch
	stats       Stats
}

func newCounter(minSessions int) *counter {
	return &counter{minSessions: minSessions, tallies: map[digest]tally{}, people: map[string]int32{}}
}

// session begins the next session, which is older than those before.
func (c *counter) session(s Session) {
	c.weight = float32(math.Exp2(-float64(c.now) / freshSessions))
	c.now++
	c.stats.Sessions++
	c.person = 0
	if s.Person == "" {
		return
	}
	if c.people[s.Person] == 0 {
		c.stats.People++
		c.people[s.Person] = int32(c.stats.People)
	}
	c.person = c.people[s.Person]
}

// add counts the session's next chunk, as it is and with its digits 0.
func (c *counter) add(chunk []byte) bool {
	c.stats.ReadBytes += int64(len(chunk))
	if len(chunk) < chunkBytesMin {
		return true
	}
	var zeros digest
	changed := false
	if c.zeros, changed = blank(c.zeros, chunk); changed {
		zeros = digestOf(c.zeros)
		c.count(zeros, digest{}, len(chunk))
	}
	c.count(digestOf(chunk), zeros, len(chunk))
	return true
}

func (c *counter) count(id, zeros digest, bytes int) {
	t, seen := c.tallies[id]
	if seen && t.last == c.now {
		return
	}
	if !seen {
		if len(c.tallies) >= tallyMax && !c.forget() {
			return
		}
		c.order++
		t = tally{blank: zeros, order: c.order, bytes: int32(bytes)}
	}
	t.last = c.now
	t.sessions++
	t.weight += c.weight
	if c.person == 0 {
		t.unknown++
	} else if free := slices.Index(t.people[:], 0); free >= 0 && !slices.Contains(t.people[:], c.person) {
		t.people[free] = c.person
	}
	c.tallies[id] = t
}

// forget makes room by dropping what the fewest sessions had, and reports whether there is any. What is dropped and
// comes again is counted from 1 again: too low a count keeps content out, and never lets any in. It looks through the
// whole table, so it does so once in a session; then what else is new there is not counted.
func (c *counter) forget() bool {
	if c.forgot == c.now {
		return false
	}
	c.forgot = c.now
	for few := int32(1); len(c.tallies) > tallyMax/2 && int(few) < c.minSessions; few++ {
		for id, t := range c.tallies {
			if t.sessions <= few && t.last != c.now {
				delete(c.tallies, id)
			}
		}
	}
	return len(c.tallies) < tallyMax
}

// choose returns the chunks for a dictionary of at most size bytes, newest and most frequent first.
func (c *counter) choose(size int) map[digest]bool {
	type candidate struct {
		id digest
		tally
	}
	var all []candidate
	for id, t := range c.tallies {
		if t.qualifies(c.minSessions) {
			all = append(all, candidate{id, t})
		}
	}
	best := func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.order, b.order))
	}
	slices.SortFunc(all, best)
	// A chunk with its numbers serves those that differ from it in numbers alone as well as the one without would.
	served := map[digest]bool{}
	for i := range all {
		if one := &all[i]; one.blank != (digest{}) && !served[one.blank] {
			served[one.blank] = true
			one.weight = max(one.weight, c.tallies[one.blank].weight)
		}
	}
	all = slices.DeleteFunc(all, func(one candidate) bool { return served[one.id] })
	slices.SortFunc(all, best)
	chosen := map[digest]bool{}
	for _, one := range all {
		c.stats.QualifiedBytes += int64(one.bytes)
		if size -= int(one.bytes); size >= 0 {
			chosen[one.id] = true
		}
	}
	return chosen
}
