package dictionary

import (
	"cmp"
	"crypto/sha256"
	"math"
	"slices"
)

// digest tells chunks apart: the first half of their SHA-256. A site's content can be written by anybody, so it must not
// be feasible to write a chunk that is taken for another's: that takes 2^128 tries here.
type digest [16]byte

func digestOf(chunk []byte) digest {
	sum := sha256.Sum256(chunk)
	return digest(sum[:16])
}

// tally is what is known of one chunk.
type tally struct {
	order    uint32  // when it was first seen, as a number
	last     int32   // session in which it was seen last, by its number
	sessions int32   // how many had it
	unknown  int32   // how many of them are of nobody known
	weight   float32 // the sessions, newer ones counting more
	people   [PeopleMin]int32
	bytes    uint16
}

// qualifies reports whether a chunk may be in a dictionary: min sessions had it, and either they are of PeopleMin known people or more, or
// min of them are of nobody known. Sessions of unknown people never fill up the number of known people, as they may be the same
// ones before they signed in.
func (t *tally) qualifies(min int) bool {
	return int(t.sessions) >= min && t.people[PeopleMin-1] != 0 || int(t.unknown) >= min
}

// counter counts in how many sessions, and of how many people, each chunk is.
type counter struct {
	min    int
	chunks map[digest]tally
	order  uint32
	people map[string]int32 // numbers from 1
	now    int32            // number of the session that is read
	person int32            // whose it is, 0 where unknown
	weight float32
	stats  Stats
}

func newCounter(min int) *counter {
	return &counter{min: min, chunks: map[digest]tally{}, people: map[string]int32{}, now: -1}
}

// session begins the next session, newest first.
func (c *counter) session(s Session) {
	c.now++
	c.stats.Sessions++
	c.weight = float32(math.Exp2(-float64(c.now) / freshSessions))
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

func (c *counter) add(chunk []byte) {
	c.stats.ReadBytes += int64(len(chunk))
	if len(chunk) < chunkBytesMin {
		return
	}
	id := digestOf(chunk)
	t, seen := c.chunks[id]
	if seen && t.last == c.now {
		return
	}
	if !seen {
		if len(c.chunks) >= chunksMax && !c.forget() {
			return
		}
		c.order++
		t.order = c.order
		t.bytes = uint16(len(chunk))
	}
	t.last = c.now
	t.sessions++
	t.weight += c.weight
	if c.person == 0 {
		t.unknown++
	} else if !slices.Contains(t.people[:], c.person) {
		if free := slices.Index(t.people[:], 0); free >= 0 {
			t.people[free] = c.person
		}
	}
	c.chunks[id] = t
}

// forget makes room by dropping what the fewest sessions had, and reports whether there is room now. What is dropped and comes again
// is counted from 1: too low a count keeps content out, and never lets any in.
func (c *counter) forget() bool {
	for few := int32(1); len(c.chunks) > chunksMax/2 && int(few) < c.min; few++ {
		for id, t := range c.chunks {
			if t.sessions <= few && t.last != c.now {
				delete(c.chunks, id)
			}
		}
	}
	return len(c.chunks) < chunksMax
}

// choose returns the chunks for a dictionary of at most size bytes, newest and most frequent first, and how many bytes qualified.
func (c *counter) choose(size int) (chosen map[digest]bool, qualified int64) {
	type candidate struct {
		id digest
		tally
	}
	var all []candidate
	for id, t := range c.chunks {
		if t.qualifies(c.min) {
			all = append(all, candidate{id, t})
			qualified += int64(t.bytes)
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.order, b.order))
	})
	chosen = map[digest]bool{}
	for _, one := range all {
		if size -= int(one.bytes); size < 0 {
			break
		}
		chosen[one.id] = true
	}
	return chosen, qualified
}
