package dictionary

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plant puts the secret into the event at a place that the test draws: anywhere, or just before, on or behind a
// boundary between chunks.
func plant(t *rapid.T, event, secret string) string {
	at := rapid.IntRange(0, len(event)).Draw(t, "at")
	if rapid.Bool().Draw(t, "at a boundary") {
		at = 0
		for range rapid.IntRange(1, 20).Draw(t, "chunks before") {
			if at == len(event) {
				break
			}
			at += cut([]byte(event[at:]))
		}
		at = max(0, at-rapid.IntRange(0, len(secret)).Draw(t, "before the boundary"))
	}
	return event[:at] + secret + event[at:]
}

// few says which sessions share a secret that too few share: in how many sessions, and of whom.
type few struct {
	name   string
	person func(i, k int) (string, bool) // whose the i-th of them is; false behind the last
}

var fews = []few{
	{"one session", func(i, _ int) (string, bool) { return "p1", i < 1 }},
	{"one session of nobody known", func(i, _ int) (string, bool) { return "", i < 1 }},
	{"k-1 sessions of as many people", func(i, k int) (string, bool) { return fmt.Sprint("p", i), i < k-1 }},
	{"k-1 sessions of nobody known", func(i, k int) (string, bool) { return "", i < k-1 }},
	{"many sessions of one person", func(i, _ int) (string, bool) { return "p1", i < 20 }},
	{"many sessions of two people", func(i, _ int) (string, bool) { return fmt.Sprint("p", i%2), i < 20 }},
	{"two people and k-1 sessions of nobody known", func(i, k int) (string, bool) {
		if i < k-1 {
			return "", true
		}
		return fmt.Sprint("p", i%2), i < k+10
	}},
}

// TestNothingPersonal: no part of a secret that too few share gets into a dictionary, wherever and how often it stands among what
// all share; all that gets in was shared; and what all share gets in.
func TestNothingPersonal(t *testing.T) {
	const letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for _, case_ := range fews {
		t.Run(case_.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				k := rapid.IntRange(3, 6).Draw(t, "k")
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
				secret := word(r, rapid.SampledFrom([]string{letters, "123456789", lower}).Draw(t, "letters"), rapid.IntRange(8, 64).Draw(t, "length"))
				common, moved := page(r.Uint64(), 25, 10), r.Uint64()
				var visits []visit
				for i := range k + 3 {
					visits = append(visits, visit{fmt.Sprint("all", i), fmt.Sprint("other", i), []string{common, page(moved, 25, 100+r.IntN(400))}})
				}
				event := plant(t, common, secret)
				times := rapid.SampledFrom([]int{1, 2, 10}).Draw(t, "times")
				for i := 0; ; i++ {
					person, more := case_.person(i, k)
					if !more {
						break
					}
					list := []string{common, strings.Repeat(secret, times)}
					for range times {
						list = append(list, event)
					}
					visits = append(visits, visit{fmt.Sprint("few", i), person, list})
				}
				r.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })
				learned, _, err := Learn(Rules{MinSessions: k}, source(visits))
				if err != nil {
					t.Fatal(err)
				}
				for i := range len(secret) - 7 {
					if bytes.Contains(learned, []byte(secret[i:i+8])) {
						t.Fatalf("the dictionary holds bytes %d to %d of the secret", i, i+8)
					}
				}
				if part := foreign(visits, learned, k); part != "" {
					t.Fatalf("too few share %q", part)
				}
				if !bytes.Contains(learned, []byte(common[:len(common)-chunkBytesMin])) {
					t.Fatal("the dictionary does not hold what all sessions share")
				}
			})
		})
	}
}

// FuzzLearn: nothing that sessions hold makes it fail, or take what too few share.
func FuzzLearn(f *testing.F) {
	f.Add([]byte(page(1, 30, 10)), uint8(3), uint64(1))
	f.Add([]byte(strings.Repeat("\x00", 9000)), uint8(4), uint64(2))
	f.Add([]byte(strings.Repeat("9,8,7", 2000)), uint8(1), uint64(3))
	f.Fuzz(func(t *testing.T, content []byte, k uint8, seed uint64) {
		if len(content) > 64<<10 {
			content = content[:64<<10]
		}
		r := rand.New(rand.NewPCG(seed, 3))
		var visits []visit
		for i := range 8 {
			v := visit{id: fmt.Sprint(i), person: fmt.Sprint(r.IntN(5))}
			for range r.IntN(4) {
				from := r.IntN(len(content) + 1)
				if r.IntN(2) == 0 {
					from = 0
				}
				v.events = append(v.events, string(content[from:]))
			}
			visits = append(visits, v)
		}
		rules := Rules{MinSessions: int(k % 8), SizeBytes: 1 + r.IntN(64<<10)}
		learned, stats, err := Learn(rules, source(visits))
		if err != nil || len(learned) > rules.SizeBytes || len(learned) > 0 && stats.Chunks == 0 {
			t.Fatalf("%d bytes of at most %d, %+v, %v", len(learned), rules.SizeBytes, stats, err)
		}
		if part := foreign(visits, learned, rules.orDefaults().MinSessions); part != "" {
			t.Fatalf("too few share %q", part)
		}
	})
}
