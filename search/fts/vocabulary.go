package fts

import (
	"context"
	"database/sql"
	"math/bits"
	"strings"
	"sync"

	"github.com/afterimage/afterimage/search"
)

const (
	// maxVocabulary is how many words are kept: some 15 bytes each. An index of more has words
	// that typos do not find.
	maxVocabulary = 1_500_000
	// maxLearned is how many words are written before all are read again.
	maxLearned = 100_000
	// longestWord is more letters than any word has that search.CanTypo accepts.
	longestWord = 64
)

// vocabulary is the words of an index that can be one typo away from a word of a query.
type vocabulary struct {
	mu    sync.RWMutex
	latin [longestWord]words // by length
	pairs []byte             // of Hangul, 6 bytes each
	seen  map[string]bool    // learned since it was read
	size  int
}

// words are Latin words of one length, one behind the other, and of each the set of its letters.
type words struct {
	text []byte
	sets []uint32
}

// vocabulary returns the words of the index, reading them if need be.
func (m *memory) vocabulary(ctx context.Context, tx *sql.Tx) (*vocabulary, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.touch()
	if m.words != nil {
		return m.words, nil
	}
	v := &vocabulary{seen: map[string]bool{}}
	rows, err := tx.QueryContext(ctx, `SELECT term FROM terms WHERE term >= 'a' AND term < '{'
		UNION ALL SELECT term FROM terms WHERE term >= '가' AND term < '힤'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var term sql.RawBytes
		if err := rows.Scan(&term); err != nil {
			return nil, err
		}
		v.add(term)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	m.words = v
	return v, nil
}

func (v *vocabulary) add(term []byte) {
	if v.size >= maxVocabulary || !search.CanTypo(string(term)) {
		return
	}
	v.size++
	if term[0] > 'z' {
		v.pairs = append(v.pairs, term...)
		return
	}
	w := &v.latin[len(term)]
	w.text, w.sets = append(w.text, term...), append(w.sets, letters(term))
}

// learn takes in a word that is about to be stored.
func (v *vocabulary) learn(term string) {
	if !search.CanTypo(term) {
		return
	}
	v.mu.RLock()
	seen := v.seen[term]
	v.mu.RUnlock()
	if seen {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.seen[term] {
		term = strings.Clone(term) // it may be a piece of a long text
		v.seen[term] = true
		v.add([]byte(term))
	}
}

// full tells whether so much was learned that reading all again saves memory.
func (v *vocabulary) full() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.seen) > maxLearned
}

func letters(word []byte) uint32 {
	set := uint32(0)
	for _, c := range word {
		set |= 1 << (c - 'a')
	}
	return set
}

// near returns the words that are one typo away from a term, each once.
func (v *vocabulary) near(term string) []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var found []string
	have := map[string]bool{term: true}
	keep := func(word []byte) {
		if w := string(word); !have[w] && search.Near(term, w) {
			have[w] = true
			found = append(found, w)
		}
	}
	if term[0] > 'z' {
		for i := 0; i < len(v.pairs); i += 6 {
			if pair := v.pairs[i : i+6]; string(pair[:3]) == term[:3] || string(pair[3:]) == term[3:] {
				keep(pair)
			}
		}
		return found
	}
	set := letters([]byte(term))
	for n := len(term) - 1; n <= len(term)+1; n++ {
		w := &v.latin[n]
		for i, other := range w.sets {
			// One edit takes at most one letter out of the set and puts one in.
			if bits.OnesCount32(set^other) <= 2 {
				keep(w.text[i*n : i*n+n])
			}
		}
	}
	return found
}
