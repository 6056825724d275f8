package fts

import (
	"sync"
	"time"
)

// memoryIdle is after how long what is kept in memory is dropped when nobody asks for it.
const memoryIdle = time.Minute

// memory is what searches keep of an index to answer faster: columns to count facets with, and
// words to find typos with. It is made when first asked for, follows what is written, and
// is dropped when nobody has asked for a while.
type memory struct {
	// changing is held alone while a write is committed, and shared by searches that use
	// what is kept from before they begin to read the file, so that both tell the same.
	changing sync.RWMutex

	mu      sync.Mutex
	columns map[int64]*facetColumns // by project
	words   *vocabulary
	timer   *time.Timer
	used    bool // since the timer was set
}

// touch notes that what is kept was asked for. mu is held.
func (m *memory) touch() {
	m.used = true
	if m.timer == nil {
		m.timer = time.AfterFunc(memoryIdle, m.idle)
	}
}

// idle drops everything if nobody asked since it was called last.
func (m *memory) idle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.used && m.timer != nil {
		m.used = false
		m.timer.Reset(memoryIdle)
		return
	}
	m.columns, m.words, m.timer = nil, nil, nil
}

// close stops the timer.
func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.timer != nil {
		m.timer.Stop()
	}
	m.columns, m.words, m.timer, m.used = nil, nil, nil, false
}

// learner returns what is to be told each word that is about to be stored, nil if nothing is.
func (m *memory) learner() func(term string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.words == nil {
		return nil
	}
	return m.words.learn
}

// changed takes over what was committed. changing is held. learned tells whether the learner
// was told of it.
func (m *memory) changed(changes []change, learned bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.words != nil && (!learned && len(changes) > 0 || m.words.full()) {
		m.words = nil
	}
	for _, c := range changes {
		project := c.rid >> rowBits
		columns := m.columns[project]
		if columns == nil {
			continue
		}
		if !columns.change(c) {
			delete(m.columns, project)
		}
	}
}
