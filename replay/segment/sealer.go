package segment

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

const (
	// blockRawBytesMax and blockMsMax end a block: what a player reads to show a moment, and
	// how far it plays from there.
	blockRawBytesMax = 1 << 20
	blockMsMax       = 45_000
	// blockFirstBytes and blockFirstMs end the first block of a tab of several: the first picture needs it whole, and so
	// does, as it is their base, each block of the same page.
	blockFirstBytes = 64 << 10
	blockFirstMs    = 15_000
	// blockMetaBytesMin is how large a block must be for a new page to begin another.
	blockMetaBytesMin = 256 << 10
)

// Head is what a sealed session says of itself.
type Head struct {
	SessionID     string
	ProjectID     string
	ClockOffsetMs int64
	Level         Level
	Dictionary    *Dictionary // nil for none
}

// Keyframe appends the events that restate a tab's page as it is now, stamped with the time at (client
// clock), each followed by a newline, and returns their number: 0 where there is nothing to restate.
type Keyframe func(dst []byte, at int64) ([]byte, int)

// EventKind tells the events that matter to where a block may begin.
type EventKind int

// The kinds of events for a SealedWriter.
const (
	EventOther    EventKind = iota
	EventMeta               // stands before a full snapshot
	EventSnapshot           // a full snapshot
)

// SealedWriter writes a sealed session to a stream. Call Tab for each tab, in the order of their first
// events, Batch for each of its batches by seq, Event for each of their events in order, and Close.
type SealedWriter struct {
	w      io.Writer
	key    *DataKey
	level  Level
	zip    *compressor
	site   []byte // content of the site dictionary
	footer Footer
	at     int64

	keyframe Keyframe
	raw      []byte // the block being filled
	frame    int    // bytes of what it starts with, made here or recorded
	last     EventKind
	block    Block
	batch    struct {
		seq     int64
		events  int  // in the block being filled
		pending bool // it is to be noted in the block even without events
	}

	bases    bases
	blocks   int   // of the tab so far
	recorded int64 // bytes of the tab's events
	packed   []byte
	sealed   []byte
}

// NewSealedWriter begins an object.
func NewSealedWriter(w io.Writer, key *DataKey, head Head) (*SealedWriter, error) {
	s := &SealedWriter{w: w, key: key, level: head.Level, zip: takeCompressor(head.Level), footer: Footer{
		Version: 2, SessionID: head.SessionID, ProjectID: head.ProjectID, ClockOffsetMs: head.ClockOffsetMs,
		Tabs: []TabIndex{}, Blocks: []Block{},
	}}
	if head.Dictionary != nil {
		s.footer.Dictionary, s.site = head.Dictionary.Name, head.Dictionary.Content
	}
	return s, s.write([]byte(SealedMagic))
}

func (s *SealedWriter) write(b []byte) error {
	n, err := s.w.Write(b)
	s.at += int64(n)
	if err != nil {
		return fmt.Errorf("segment: write sealed session: %w", err)
	}
	return nil
}

// Tab begins the next tab, whose events have so many bytes. keyframe is asked before the first event of each block.
func (s *SealedWriter) Tab(id string, recorded int64, keyframe Keyframe) error {
	if err := s.endTab(); err != nil {
		return err
	}
	s.keyframe = keyframe
	s.footer.Tabs = append(s.footer.Tabs, TabIndex{ID: id})
	s.block = Block{Tab: len(s.footer.Tabs) - 1}
	s.blocks, s.recorded = 0, recorded
	return nil
}

func (s *SealedWriter) endTab() error {
	s.endBatch()
	return s.flush()
}

// Batch begins the next batch of the tab.
func (s *SealedWriter) Batch(seq int64) {
	s.endBatch()
	s.batch.seq, s.batch.events, s.batch.pending = seq, 0, true
}

// endBatch notes the batch in the block. A batch without events is noted too, so that it is known to
// have come; only its continuation in a next block must have some.
func (s *SealedWriter) endBatch() {
	if s.batch.pending || s.batch.events > 0 {
		s.block.addBatch(s.batch.seq, s.batch.events)
	}
	s.batch.events, s.batch.pending = 0, false
}

// Event adds the next event of the batch: its JSON and its timestamp in the client's clock.
func (s *SealedWriter) Event(raw []byte, at int64, kind EventKind) error {
	if s.full(at, kind) {
		if s.batch.events > 0 {
			s.endBatch()
		}
		if err := s.flush(); err != nil {
			return err
		}
	}
	if len(s.raw) == 0 {
		s.begin(at, kind)
	}
	s.last = kind
	s.block.FirstAt, s.block.LastAt = min(s.block.FirstAt, at), max(s.block.LastAt, at)
	if kind == EventSnapshot && s.block.SnapshotAt == 0 {
		s.block.SnapshotAt = at
	}
	s.batch.events, s.batch.pending = s.batch.events+1, false
	s.raw = append(append(s.raw, raw...), '\n')
	if kind == EventSnapshot && s.frame == 0 && s.block.Starts {
		s.frame = len(s.raw)
	}
	return nil
}

// full reports whether the next event belongs into another block.
func (s *SealedWriter) full(at int64, kind EventKind) bool {
	n := len(s.raw) - s.frame
	if len(s.raw) == 0 || kind == EventSnapshot && s.last == EventMeta {
		return false
	}
	limit, limitMs := max(blockRawBytesMax, s.frame), int64(blockMsMax)
	if s.blocks == 0 && s.block.SnapshotAt != 0 && s.recorded-int64(s.frame) > blockRawBytesMax {
		limit, limitMs = blockFirstBytes, blockFirstMs
	}
	return n >= limit || at-s.block.FirstAt >= limitMs || kind == EventMeta && len(s.raw) >= blockMetaBytesMin
}

// begin starts a block with the event given, and with a keyframe before it unless it brings its own.
func (s *SealedWriter) begin(at int64, kind EventKind) {
	s.block.FirstAt, s.block.LastAt = at, at
	s.block.Starts = kind == EventMeta
	if kind == EventMeta || s.keyframe == nil {
		return
	}
	s.raw, s.block.Keyframe = s.keyframe(s.raw, at)
	if len(s.raw) > KeyframeBytesMax {
		s.raw, s.block.Keyframe = s.raw[:0], 0
	}
	s.frame, s.block.Starts = len(s.raw), s.block.Keyframe > 0
}

// flush writes the block, if it holds anything.
func (s *SealedWriter) flush() error {
	if len(s.block.BatchSteps) == 0 {
		return nil
	}
	from, found := s.bases.choose(s.start(), s.site == nil)
	dictionary := s.site
	s.block.Base = -1
	if from != nil {
		s.block.Base, dictionary = from.block, from.dictionary
	}
	made := 0
	if s.block.Keyframe > 0 {
		made = s.frame
	}
	var err error
	if s.packed, err = s.zip.encode(s.packed[:0], s.raw, dictionary, len(s.raw)-made); err != nil {
		return err
	}
	i := len(s.footer.Blocks)
	if err := s.section(&s.block.Section, blockContext(2, s.footer.SessionID, i), len(s.raw)); err != nil {
		return err
	}
	becomes := !found && len(s.raw) <= baseBytesMax && (s.site == nil || len(s.packed) >= baseBytesMin)
	if becomes {
		s.bases.add(&base{block: i, derived: from != nil, dictionary: joined(s.site, slices.Clone(s.raw)), sketch: sketchOf(s.raw)})
	}
	if becomes || i == 0 {
		if err := s.repair(&s.block.Section); err != nil {
			return err
		}
	}
	s.footer.Blocks = append(s.footer.Blocks, s.block)
	s.block = Block{Tab: s.block.Tab}
	s.raw, s.frame = s.raw[:0], 0
	s.blocks++
	return nil
}

// start returns what the block begins with: its keyframe, or all of it where it has none.
func (s *SealedWriter) start() []byte {
	if s.frame == 0 {
		return s.raw
	}
	return s.raw[:s.frame]
}

// repair writes what heals the section just written.
func (s *SealedWriter) repair(at *Section) error {
	b := appendRepair(nil, s.sealed)
	at.Repair = int64(len(b))
	return s.write(b)
}

// section encrypts packed and writes it. It stays in s.sealed.
func (s *SealedWriter) section(to *Section, context string, rawLength int) error {
	s.sealed = s.key.Seal(s.sealed[:0], s.packed, context)
	*to = Section{Offset: s.at, Length: int64(len(s.sealed)), Checksum: checksum(s.sealed), RawLength: int64(rawLength)}
	return s.write(s.sealed)
}

// index writes a section that is no block, with its repair.
func (s *SealedWriter) index(what string, plain []byte) (Section, error) {
	var at Section
	var err error
	if s.packed, err = s.zip.encode(s.packed[:0], plain, nil, len(plain)); err != nil {
		return at, err
	}
	if err := s.section(&at, sectionContext(what, 2, s.footer.SessionID), len(plain)); err != nil {
		return at, err
	}
	return at, s.repair(&at)
}

// Close writes what is left, the moments (a JSON array), the footer with what is known of each tab (in the order of Tab's
// calls), and the tail. It returns the object's size in bytes, and does not close the stream.
func (s *SealedWriter) Close(moments []byte, tabs []TabIndex) (int64, error) {
	if err := s.endTab(); err != nil {
		return 0, err
	}
	if len(tabs) != len(s.footer.Tabs) {
		return 0, fmt.Errorf("segment: %d tabs were written, %d described", len(s.footer.Tabs), len(tabs))
	}
	s.footer.Tabs = tabs
	var err error
	if s.footer.Moments, err = s.index("moments", moments); err != nil {
		return 0, err
	}
	text, err := json.Marshal(&s.footer)
	if err != nil {
		return 0, fmt.Errorf("segment: encode footer: %w", err)
	}
	f, err := s.index("footer", text)
	if err != nil {
		return 0, err
	}
	tail := Tail{Offset: f.Offset, Length: f.Length, Repair: f.Repair, checksum: f.Checksum}.append(nil)
	if err := s.write(append(tail, tail...)); err != nil {
		return 0, err
	}
	giveCompressor(s.level, s.zip)
	s.zip = nil
	return s.at, nil
}
