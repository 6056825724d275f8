package replaytest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/afterimage/afterimage/internal/storetest"
	"github.com/afterimage/afterimage/replay"
)

// RunModel compares a store with the simplest thing that could be right, a map, over
// random lives of sessions: claimed, written to in groups with repeated and rival
// batches, sealed whole and in part, with site dictionaries that come and go, touched, erased, their keys
// replaced. The number of runs is rapid's
// (-rapid.checks).
func RunModel(t *testing.T, open Factory) {
	store := open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &model{rt: rt, h: &harness{storetest.Harness[replay.Store]{TB: t, Store: store, Ctx: t.Context()}}, run: run,
			sessions: make(map[string]*modelSession), changed: make(map[string]bool), learned: make(map[string]int64)}
		m.forget() // what a failed run left, when rapid looks for a shorter one
		rt.Repeat(map[string]func(*rapid.T){
			"claim":   func(rt *rapid.T) { m.rt = rt; m.claim() },
			"commit":  func(rt *rapid.T) { m.rt = rt; m.commit() },
			"seal":    func(rt *rapid.T) { m.rt = rt; m.seal() },
			"touch":   func(rt *rapid.T) { m.rt = rt; m.touch() },
			"erase":   func(rt *rapid.T) { m.rt = rt; m.erase() },
			"rewrap":  func(rt *rapid.T) { m.rt = rt; m.rewrap() },
			"learn":   func(rt *rapid.T) { m.rt = rt; m.learn() },
			"unlearn": func(rt *rapid.T) { m.rt = rt; m.unlearn() },
			"":        func(rt *rapid.T) { m.rt = rt; m.check() },
		})
		m.drain()
	})
}

type modelBatch struct {
	hash    [32]byte
	pack    string
	length  int64
	moments int
}

type modelSession struct {
	offset                  int64
	wrapped                 []byte
	batches                 map[replay.BatchID]modelBatch
	started, ended, receive int64
	events, raw, sealed     int64
	clicks, sealCount       int
	state                   replay.State
	dictionary              string
	tabs                    []replay.Tab
	erased                  bool
}

// model is what the store should hold of the sessions of one run.
type model struct {
	rt       *rapid.T
	h        *harness
	run      int
	sessions map[string]*modelSession
	changed  map[string]bool  // should be in the outbox
	learned  map[string]int64 // when each site dictionary was
	now      int64            // ms of this run
}

// id draws one of a few sessions, so that actions meet.
func (m *model) id() string {
	return fmt.Sprintf("run%d-%d", m.run, rapid.IntRange(0, 2).Draw(m.rt, "session"))
}

func (m *model) fatal(what string, got, want any) {
	m.rt.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		m.rt.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func (m *model) claim() {
	c := claimOf("p", m.id())
	c.ClockOffsetMs = rapid.Int64Range(-5_000, 5_000).Draw(m.rt, "offset")
	got, err := m.h.Store.Claim(m.h.Ctx, c)
	switch s := m.sessions[c.SessionID]; {
	case s == nil:
		m.sessions[c.SessionID] = &modelSession{offset: c.ClockOffsetMs, wrapped: c.WrappedKey, batches: make(map[replay.BatchID]modelBatch), state: replay.StateLive}
		m.fatal("first claim", []any{got, err}, []any{c, nil})
	case s.erased:
		m.fatal("claim of erased", errors.Is(err, replay.ErrErased), true)
	default:
		c.ClockOffsetMs, c.WrappedKey = s.offset, s.wrapped
		m.fatal("later claim", []any{got, err}, []any{c, nil})
	}
}

func (m *model) commit() {
	var group []replay.Commit
	var want []replay.Verdict
	for range rapid.IntRange(1, 6).Draw(m.rt, "group") {
		c := m.draw()
		group = append(group, c)
		want = append(want, m.store(&c))
	}
	got, err := m.h.Store.Commit(m.h.Ctx, group)
	m.fatal("verdicts", []any{got, err}, []any{want, nil})
}

// draw makes a batch that often has the number of another one, and sometimes its events.
func (m *model) draw() replay.Commit {
	c := commitOf(m.id(), rapid.Int64Range(0, 5).Draw(m.rt, "seq"))
	b := &c.Batch
	b.TabID = rapid.SampledFrom([]string{"t", "u"}).Draw(m.rt, "tab")
	b.Hash = sha256.Sum256([]byte{byte(rapid.IntRange(0, 1).Draw(m.rt, "events"))})
	b.Pack = rapid.SampledFrom([]string{"packs/a", "packs/b"}).Draw(m.rt, "pack")
	b.Length = rapid.Int64Range(1, 1_000).Draw(m.rt, "length")
	b.FirstAt += rapid.Int64Range(-20_000, 20_000).Draw(m.rt, "at")
	b.LastAt = b.FirstAt + rapid.Int64Range(0, 9_000).Draw(m.rt, "for")
	c.Summary.Counts.Clicks = rapid.IntRange(0, 3).Draw(m.rt, "clicks")
	b.Moments = make([]replay.Moment, c.Summary.Counts.Clicks)
	return c
}

// store does to the model what Commit should do, and says the verdict.
func (m *model) store(c *replay.Commit) replay.Verdict {
	b := &c.Batch
	s := m.sessions[b.SessionID]
	if s == nil || s.erased {
		return replay.Gone
	}
	id := replay.BatchID{TabID: b.TabID, Seq: b.Seq}
	if there, taken := s.batches[id]; taken {
		if there.hash == b.Hash {
			return replay.Duplicate
		}
		return replay.Conflict
	}
	first, last := b.FirstAt+s.offset, b.LastAt+s.offset
	if len(s.batches) == 0 {
		s.started, s.ended = first, last
	}
	s.started, s.ended, s.receive = min(s.started, first), max(s.ended, last), max(s.receive, b.ReceivedAt)
	s.batches[id] = modelBatch{b.Hash, b.Pack, b.Length, len(b.Moments)}
	s.events += int64(b.Events)
	s.raw += b.RawBytes
	s.clicks += c.Summary.Counts.Clicks
	s.state = replay.StateLive
	m.changed[b.SessionID] = true
	return replay.Stored
}

// seal seals some of what is there, now and then with an old count.
func (m *model) seal() {
	id := m.id()
	s := m.sessions[id]
	seal := replay.Sealing{SessionID: id, Key: "sealed", Bytes: rapid.Int64Range(1, 500).Draw(m.rt, "bytes")}
	if s == nil || s.erased || len(s.batches) == 0 {
		if err := m.h.Store.CommitSeal(m.h.Ctx, seal, base); err == nil {
			m.rt.Fatal("a session that is not there was sealed")
		}
		return
	}
	stale := rapid.IntRange(0, 9).Draw(m.rt, "stale") == 0
	seal.SealCount = s.sealCount
	if stale {
		seal.SealCount++
	}
	seal.Dictionary = rapid.SampledFrom(append(m.dictionaries(), "")).Draw(m.rt, "dictionary")
	seal.Tabs = []replay.Tab{{ID: "t", Events: seal.Bytes}}
	_, known := m.learned[seal.Dictionary]
	refused := stale || !known && seal.Dictionary != ""
	skip := rapid.IntRange(-6, 5).Draw(m.rt, "came meanwhile")
	all := slices.SortedFunc(maps.Keys(s.batches), func(a, b replay.BatchID) int {
		return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b)))
	})
	for i, b := range all {
		if i != skip {
			seal.Batches = append(seal.Batches, b)
		}
	}
	err := m.h.Store.CommitSeal(m.h.Ctx, seal, base)
	if (err != nil) != refused || refused && !errors.Is(err, replay.ErrChanged) {
		m.rt.Fatalf("seal, stale %v, dictionary known %v: %v", stale, known, err)
	}
	if refused {
		return
	}
	s.dictionary, s.tabs = seal.Dictionary, seal.Tabs
	s.sealCount++
	s.sealed = seal.Bytes
	s.state = replay.StateSealed
	for _, b := range seal.Batches {
		there := s.batches[b]
		there.pack, there.moments = "", 0
		s.batches[b] = there
	}
	for _, b := range s.batches {
		if b.pack != "" {
			s.state = replay.StateLive
		}
	}
	m.changed[id] = true
}

func (m *model) touch() {
	id := m.id()
	if err := m.h.Store.Touch(m.h.Ctx, []string{id}, base); err != nil {
		m.rt.Fatal(err)
	}
	if s := m.sessions[id]; s != nil && (s.erased || len(s.batches) > 0) {
		m.changed[id] = true
	}
}

func (m *model) erase() {
	id := m.id()
	s := m.sessions[id]
	if err := m.h.Store.Erase(m.h.Ctx, "p", id, base); (err == nil) != (s != nil) {
		m.rt.Fatalf("erase of %s, there %v: %v", id, s != nil, err)
	}
	if s != nil && !s.erased {
		m.sessions[id] = &modelSession{erased: true}
		m.changed[id] = true
	}
}

// rewrap replaces a session's key, now and then one that it has no more.
func (m *model) rewrap() {
	id := m.id()
	key := rapid.SliceOfN(rapid.Byte(), 8, 12)
	change := replay.Rewrapping{Owner: id, Old: key.Draw(m.rt, "old"), New: key.Draw(m.rt, "new")}
	if s := m.sessions[id]; s != nil && !s.erased && rapid.IntRange(0, 3).Draw(m.rt, "changed meanwhile") > 0 {
		change.Old = s.wrapped
		s.wrapped = change.New
	}
	m.fatal("rewrap", m.h.Store.Rewrap(m.h.Ctx, replay.KeySession, []replay.Rewrapping{change}), nil)
}

// dictionaries are the few names of site dictionaries of the run.
func (m *model) dictionaries() []string {
	return []string{fmt.Sprintf("run%d-a", m.run), fmt.Sprintf("run%d-b", m.run)}
}

// learn adds a site dictionary, or learns the same one again. Every run is later than the one before.
func (m *model) learn() {
	name := rapid.SampledFrom(m.dictionaries()).Draw(m.rt, "dictionary")
	m.now++
	m.learned[name] = base + int64(m.run)*1_000_000 + m.now
	m.fatal("learn", m.h.Store.AddDictionary(m.h.Ctx, dictionaryOf("p", name, m.learned[name])), nil)
}

func (m *model) needed(name string) bool {
	for _, s := range m.sessions {
		if s.dictionary == name {
			return true
		}
	}
	return false
}

func (m *model) unlearn() {
	name := rapid.SampledFrom(m.dictionaries()).Draw(m.rt, "dictionary")
	err := m.h.Store.ForgetDictionary(m.h.Ctx, "p", name)
	m.fatal("forgetting is refused", errors.Is(err, replay.ErrChanged), m.needed(name))
	if !m.needed(name) {
		m.fatal("forget", err, nil)
		delete(m.learned, name)
	}
}

// checkDictionaries compares which are unused: those that no session needs, but for the newest.
func (m *model) checkDictionaries() {
	all, err := m.h.Store.UnusedDictionaries(m.h.Ctx, base*2, 1_000)
	got, want := []string{}, []string{}
	for _, d := range all {
		if slices.Contains(m.dictionaries(), d.Name) { // others are of runs before
			got = append(got, d.Name)
		}
	}
	newest := int64(0)
	for _, at := range m.learned {
		newest = max(newest, at)
	}
	for name, at := range m.learned {
		if at != newest && !m.needed(name) {
			want = append(want, name)
		}
	}
	m.fatal("unused dictionaries", []any{got, err}, []any{want, nil})
}

// check compares every session of the run.
func (m *model) check() {
	m.checkDictionaries()
	for id, s := range m.sessions {
		if c, err := m.h.Store.SessionClaim(m.h.Ctx, id); !s.erased {
			m.fatal("key", []any{c.WrappedKey, err}, []any{s.wrapped, nil})
		}
		got, err := m.h.Store.Session(m.h.Ctx, "p", id)
		rows, rowsErr := m.h.Store.Batches(m.h.Ctx, id)
		if s.erased || len(s.batches) == 0 {
			if err == nil || len(rows) != 0 || rowsErr != nil {
				m.rt.Fatalf("%s is there: %v, %d batches, %v", id, err, len(rows), rowsErr)
			}
			continue
		}
		stored := s.sealed
		there := make(map[replay.BatchID]modelBatch)
		for _, b := range rows {
			there[replay.BatchID{TabID: b.TabID, Seq: b.Seq}] = modelBatch{b.Hash, b.Pack, b.Length, len(b.Moments)}
		}
		for _, b := range s.batches {
			if b.pack != "" {
				stored += b.length
			}
		}
		m.fatal("batches", []any{there, rowsErr}, []any{s.batches, nil})
		m.fatal("session",
			[]any{err, got.StartedAt, got.EndedAt, got.ReceivedAt, got.Events, got.RawBytes, got.StoredBytes, got.Counts.Clicks, got.SealCount, got.State, got.Dictionary, got.Tabs},
			[]any{nil, s.started, s.ended, s.receive, s.events, s.raw, stored, s.clicks, s.sealCount, s.state, s.dictionary, s.tabs})
	}
}

// forget empties the outbox.
func (m *model) forget() []replay.Pending {
	pending, err := m.h.Store.Lease(m.h.Ctx, base, 1_000, 1_000)
	if err != nil {
		m.rt.Fatal(err)
	}
	if err := m.h.Store.Done(m.h.Ctx, pending); err != nil {
		m.rt.Fatal(err)
	}
	return pending
}

// drain empties the outbox, which must hold what changed.
func (m *model) drain() {
	m.fatal("outbox", idsOf(m.forget()), slices.Sorted(maps.Keys(m.changed)))
}
