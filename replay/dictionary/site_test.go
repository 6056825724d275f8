package dictionary

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
)

// visit is a session as the tests make it.
type visit struct {
	id, person string
	events     []string
}

// source gives the visits, the last one first, as it is the newest.
func source(visits []visit) iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		for i := range visits {
			v := visits[len(visits)-1-i]
			if !yield(Session{ID: v.id, Person: v.person, Events: events(v.events)}, nil) {
				return
			}
		}
	}
}

func events(list []string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, e := range list {
			b := []byte(e)
			if !yield(b, nil) {
				return
			}
			clear(b) // whoever keeps the bytes finds nothing in them
		}
	}
}

var errTorn = errors.New("torn")

func word(r *rand.Rand, letters string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

const lower = "abcdefghijklmnopqrstuvwxyz"

// page makes a full snapshot of that many nodes with ids from first on.
func page(seed uint64, nodes, first int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString(`{"type":2,"data":{"node":{"type":0,"childNodes":[`)
	for i := range nodes {
		fmt.Fprintf(&b, `{"type":2,"tagName":"div","attributes":{"class":"%s"},"childNodes":[{"type":3,"textContent":"%s %s","id":%d}],"id":%d},`,
			word(r, lower, 8), word(r, lower, 7), word(r, lower, 9), first+2*i, first+2*i+1)
	}
	b.WriteString(`],"id":1}},"timestamp":1700000000000}`)
	return b.String()
}

// shared counts by looking for the text in all of what was recorded.
func shared(visits []visit, text string) (sessions, unknown, people int) {
	names := map[string]bool{}
	for _, v := range visits {
		for _, e := range v.events {
			if !strings.Contains(e, text) {
				continue
			}
			sessions++
			if v.person == "" {
				unknown++
			} else {
				names[v.person] = true
			}
			break
		}
	}
	return sessions, unknown, len(names)
}

func zeroed(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return '0'
		}
		return r
	}, s)
}

// withoutNumbers gives the visits with all digits 0.
func withoutNumbers(visits []visit) []visit {
	var zeros []visit
	for _, v := range visits {
		z := visit{id: v.id, person: v.person}
		for _, e := range v.events {
			z.events = append(z.events, zeroed(e))
		}
		zeros = append(zeros, z)
	}
	return zeros
}

// allowed is the rule, said again and judged by searching.
func allowed(visits []visit, text string, k int) bool {
	sessions, unknown, people := shared(visits, text)
	return sessions >= k && people >= 3 || unknown >= k
}

// foreign returns a part of the dictionary that cannot be made of allowed chunks; "" where all of it can.
func foreign(visits []visit, learned []byte, k int) string {
	chunks := map[string][]string{} // by how they begin
	judged := map[string]bool{}
	zeros := withoutNumbers(visits)
	for _, v := range visits {
		for _, e := range v.events {
			for rest := []byte(e); len(rest) > 0; {
				n := cut(rest)
				for _, text := range []string{string(rest[:n]), zeroed(string(rest[:n]))} {
					if n < chunkBytesMin || judged[text] {
						continue
					}
					judged[text] = true
					if bytes.Contains(learned, []byte(text)) && (allowed(visits, text, k) || text == zeroed(text) && allowed(zeros, text, k)) {
						chunks[text[:chunkBytesMin]] = append(chunks[text[:chunkBytesMin]], text)
					}
				}
				rest = rest[n:]
			}
		}
	}
	reached := map[int]bool{0: true}
	furthest := 0
	for at := range learned {
		if !reached[at] || at+chunkBytesMin > len(learned) {
			continue
		}
		for _, text := range chunks[string(learned[at:at+chunkBytesMin])] {
			if bytes.HasPrefix(learned[at:], []byte(text)) {
				reached[at+len(text)] = true
				furthest = max(furthest, at+len(text))
			}
		}
	}
	if furthest == len(learned) {
		return ""
	}
	return string(learned[furthest:min(len(learned), furthest+200)])
}
