package dictionary

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func learn(t *testing.T, rules Rules, visits []visit) ([]byte, Stats) {
	t.Helper()
	learned, stats, err := Learn(rules, source(visits))
	if err != nil {
		t.Fatal(err)
	}
	return learned, stats
}

// inSessionsOf makes a session of the one event for each person.
func inSessionsOf(event string, people ...string) []visit {
	var visits []visit
	for i, person := range people {
		visits = append(visits, visit{fmt.Sprint("s", i), person, []string{event}})
	}
	return visits
}

func TestWhoMustShare(t *testing.T) {
	event := page(1, 60, 10)
	for _, test := range []struct {
		people string // a letter a session, - where nobody knows
		k      int
		want   bool
	}{
		{"abcde", 0, true},
		{"abcd", 0, false},
		{"abcaa", 0, true},
		{"ababababab", 0, false},
		{"-----", 0, true},
		{"----", 0, false},
		{"ab---", 0, false},
		{"ab----", 0, false},
		{"abc--", 0, true},
		{"a-----", 0, true},
		{"aaaaaaaa----", 0, false},
		{"abc", 3, true},
		{"abc", 1, true},
		{"aab", 1, false},
		{"--", 1, false},
		{"---", 1, true},
	} {
		people := strings.Split(test.people, "")
		for i := range people {
			people[i] = strings.Trim(people[i], "-")
		}
		learned, _ := learn(t, Rules{MinSessions: test.k}, inSessionsOf(event, people...))
		if got := learned != nil; got != test.want {
			t.Errorf("content of sessions of %q at k=%d is in the dictionary: %v, want %v", test.people, test.k, got, test.want)
		}
	}
}

// TestOneSessionCountsOnce: however often it has the content, in however many events, and however often it is listed.
func TestOneSessionCountsOnce(t *testing.T) {
	event := page(1, 60, 10)
	one := visit{"s", "", []string{event, event + event, event, event, event}}
	if learned, stats := learn(t, Rules{MinSessions: 3}, []visit{one, one, one, one}); learned != nil || stats.Sessions != 1 {
		t.Errorf("%d bytes learned of one session, %+v", len(learned), stats)
	}
}

func TestNumbers(t *testing.T) {
	moved := func(i int) string { return page(7, 60, 1000+137*i) }
	var visits []visit
	for i := range 6 {
		visits = append(visits, visit{fmt.Sprint(i), fmt.Sprint("p", i), []string{moved(i)}})
	}
	learned, _ := learn(t, Rules{}, visits)
	if len(learned) < len(moved(0))*9/10 {
		t.Errorf("%d bytes learned of a page of %d whose ids alone differ", len(learned), len(moved(0)))
	}
	if id := regexp.MustCompile(`"id":[1-9]\d{3}`).Find(learned); id != nil {
		t.Errorf("the dictionary holds %s", id)
	}
	// Once enough sessions have the same ids the page is in it as it was, and not a second time without.
	for i := range 5 {
		visits = append(visits, visit{fmt.Sprint("same", i), fmt.Sprint("q", i), []string{moved(0)}})
	}
	learned, _ = learn(t, Rules{}, visits)
	if !bytes.Contains(learned, []byte(moved(0)[:len(moved(0))-chunkBytesMin])) || len(learned) > len(moved(0)) {
		t.Errorf("%d bytes learned of a page of %d that most sessions share", len(learned), len(moved(0)))
	}
}

// TestTheNewVersionStays: the pages of a site change; where there is no room for all the old ones go.
func TestTheNewVersionStays(t *testing.T) {
	old, now := page(1, 100, 10), page(2, 100, 10)
	var visits []visit
	for i := range 60 {
		event := old
		if i >= 40 {
			event = now
		}
		visits = append(visits, visit{fmt.Sprint(i), "", []string{event}})
	}
	learned, stats := learn(t, Rules{SizeBytes: len(now)}, visits)
	if len(learned) > len(now) || len(learned) < len(now)*9/10 || stats.QualifiedBytes < int64(len(now)+len(old))*9/10 {
		t.Fatalf("%d bytes learned where %d may be, %+v", len(learned), len(now), stats)
	}
	if !bytes.Contains(learned, []byte(now[:len(now)-chunkBytesMin])) {
		t.Error("the new version is not in the dictionary")
	}
	learned, _ = learn(t, Rules{}, visits)
	if i, j := bytes.Index(learned, []byte(old[:1000])), bytes.Index(learned, []byte(now[:1000])); i < 0 || j < i {
		t.Errorf("the old version begins at %d, the new one at %d, want the new one behind it", i, j)
	}
}

func TestSameSessionsSameBytes(t *testing.T) {
	var visits []visit
	for i := range 8 {
		visits = append(visits, visit{fmt.Sprint(i), fmt.Sprint(i), []string{page(1, 50, 10), page(2, 50, 10*i), page(uint64(i/2), 50, 10)}})
	}
	first, stats := learn(t, Rules{}, visits)
	for range 5 {
		if again, s := learn(t, Rules{}, visits); !bytes.Equal(again, first) || s != stats {
			t.Fatal("the same sessions gave another dictionary")
		}
	}
}

func TestSessionsGoneBetweenThePasses(t *testing.T) {
	visits := inSessionsOf(page(1, 60, 10), "a", "b", "c", "d", "e")
	for left := range 2 {
		pass := 0
		learned, _, err := Learn(Rules{}, func(yield func(Session, error) bool) {
			if pass++; pass == 2 {
				source(visits[:left])(yield)
				return
			}
			source(visits)(yield)
		})
		if err != nil || (learned != nil) != (left > 0) {
			t.Errorf("%d sessions left for the second pass: %d bytes learned, %v", left, len(learned), err)
		}
	}
}

func TestErrorsOfSessions(t *testing.T) {
	visits := inSessionsOf(page(1, 60, 10), "a", "b", "c", "d", "e")
	for _, bad := range []int{1, 2} {
		pass := 0
		for name, sessions := range map[string]iter.Seq2[Session, error]{
			"the list": func(yield func(Session, error) bool) {
				if pass++; pass == bad {
					yield(Session{}, errTorn)
					return
				}
				source(visits)(yield)
			},
			"session s3": func(yield func(Session, error) bool) {
				pass++
				for s := range source(visits) {
					if s.ID == "s3" && pass == bad {
						s.Events = func(yield func([]byte, error) bool) { yield(nil, errTorn) }
					}
					if !yield(s, nil) {
						return
					}
				}
			},
		} {
			pass = 0
			learned, _, err := Learn(Rules{}, sessions)
			if name == "session s3" && bad == 2 && err == nil {
				continue // all was copied from newer ones by then
			}
			if learned != nil || !errors.Is(err, errTorn) || name != "the list" && !strings.Contains(err.Error(), name) {
				t.Errorf("%s torn in pass %d: %d bytes learned, error %v", name, bad, len(learned), err)
			}
		}
	}
}

// TestFullTable: what finds no room is not counted, and what was counted too low stays out.
func TestFullTable(t *testing.T) {
	c := newCounter(3)
	r := rand.New(rand.NewPCG(1, 4))
	chunk := func() []byte { return []byte(word(r, lower, chunkBytesMin)) }
	common, rare := chunk(), chunk()
	for i := range 3 {
		c.session(Session{ID: fmt.Sprint(i)})
		c.add(common)
		if i != 1 {
			c.add(rare)
		}
		for range tallyMax * 6 / 10 {
			c.add(chunk())
		}
		if len(c.tallies) > tallyMax {
			t.Fatalf("%d are counted, want at most %d", len(c.tallies), tallyMax)
		}
	}
	if chosen := c.choose(1 << 20); !chosen[digestOf(common)] || len(chosen) != 1 {
		t.Errorf("%d chunks chosen, want the common one alone", len(chosen))
	}
	c.session(Session{ID: "large"})
	for range tallyMax {
		c.add(chunk())
	}
	if len(c.tallies) > tallyMax {
		t.Errorf("%d are counted, want at most %d", len(c.tallies), tallyMax)
	}
}

// TestZstdUnderstandsIt: the dictionary makes blocks of a further session much smaller, and they can be read again.
func TestZstdUnderstandsIt(t *testing.T) {
	var visits []visit
	for i := range 6 {
		visits = append(visits, visit{fmt.Sprint(i), fmt.Sprint(i), []string{page(1, 400, 10), page(2, 400, 1000+100*i)}})
	}
	learned, _ := learn(t, Rules{}, visits)
	write, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(1, learned), zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := zstd.NewWriter(nil, zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	read, err := zstd.NewReader(nil, zstd.WithDecoderDictRaw(1, learned))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	for name, test := range map[string]struct {
		block string
		least int // how many times smaller
	}{
		"a page that all have":             {page(1, 400, 10), 50},
		"a page that all have, ids differ": {page(2, 400, 7777), 2},
	} {
		with := write.EncodeAll([]byte(test.block), nil)
		without := plain.EncodeAll([]byte(test.block), nil)
		if len(with)*test.least > len(without) {
			t.Errorf("%s takes %d bytes, %d without the dictionary; want a %d-th", name, len(with), len(without), test.least)
		}
		if back, err := read.DecodeAll(with, nil); err != nil || string(back) != test.block {
			t.Errorf("%s is not read as it was written: %v", name, err)
		}
	}
}

func TestCut(t *testing.T) {
	a, b := page(1, 300, 1000), page(1, 300, 2000)
	ends := func(s string) (list []int) {
		for at := 0; at < len(s); {
			n := cut([]byte(s[at:]))
			at += n
			if n > chunkBytesMax || n < chunkBytesMin && at < len(s) {
				t.Fatalf("a chunk of %d bytes", n)
			}
			list = append(list, at)
		}
		return list
	}
	if !slices.Equal(ends(a), ends(b)) {
		t.Error("numbers have a part in where content is cut")
	}
	mean := len(a) / len(ends(a))
	if want := chunkBytesMin + 1<<chunkBits; mean < want/2 || mean > want*2 {
		t.Errorf("the mean chunk has %d bytes, want about %d", mean, want)
	}
	if n := cut(make([]byte, 1<<20)); n > chunkBytesMax {
		t.Errorf("a chunk of %d bytes", n)
	}
}

func BenchmarkLearn(b *testing.B) {
	for _, kind := range []string{"same pages", "other ids", "nothing shared"} {
		b.Run(kind, func(b *testing.B) {
			var visits []visit
			size := 0
			for i := range 10 {
				seed, first := uint64(1), 10
				switch kind {
				case "other ids":
					first = 1000 + 100*i
				case "nothing shared":
					seed = uint64(i)
				}
				visits = append(visits, visit{fmt.Sprint(i), "", []string{page(seed, 10_000, first)}})
				size += len(visits[i].events[0])
			}
			all := func(yield func(Session, error) bool) {
				for _, v := range visits {
					whole := []byte(v.events[0])
					if !yield(Session{ID: v.id, Events: func(yield func([]byte, error) bool) { yield(whole, nil) }}, nil) {
						return
					}
				}
			}
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, _, err := Learn(Rules{}, all); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
