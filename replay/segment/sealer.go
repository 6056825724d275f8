package segment

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// SealedWriter writes a sealed session to a stream. Call Batch for each batch, by tab and
// then by seq, Event for each of its events in order, and Close.
type SealedWriter struct {
	w      io.Writer
	key    *DataKey
	footer Footer
	at     int64

	raw    []byte // events of the block being filled
	block  Block
	batch  Group // the batch being written; Events, SnapshotAt, FirstAt and LastAt are of this block
	packed []byte
	sealed []byte
}

// EventKind tells the events that matter to where a block may begin.
type EventKind int

// The kinds of events for a SealedWriter.
const (
	EventOther    EventKind = iota
	EventMeta               // stands before a full snapshot
	EventSnapshot           // a full snapshot
)

// NewSealedWriter begins an object. Only SessionID, ProjectID and ClockOffsetMs of head are used.
func NewSealedWriter(w io.Writer, key *DataKey, head Footer) (*SealedWriter, error) {
	s := &SealedWriter{w: w, key: key, footer: Footer{
		Version: 1, SessionID: head.SessionID, ProjectID: head.ProjectID, ClockOffsetMs: head.ClockOffsetMs,
		Blocks: []Block{},
	}}
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

// Batch begins the next batch.
func (s *SealedWriter) Batch(tabID string, seq int64, hash [32]byte) error {
	s.endGroup()
	if tabID != s.block.TabID {
		if err := s.flush(); err != nil {
			return err
		}
		s.block.TabID = tabID
	}
	s.batch = Group{Seq: seq, Hash: append([]byte(nil), hash[:]...)}
	return nil
}

// Event adds the next event of the batch: its JSON and its timestamp in the client's clock.
func (s *SealedWriter) Event(raw []byte, at int64, kind EventKind) error {
	if s.full(at, kind) {
		batch := s.batch
		if batch.Events == 0 {
			s.batch = Group{} // nothing of it is in this block
		}
		s.endGroup()
		if err := s.flush(); err != nil {
			return err
		}
		s.batch = Group{Seq: batch.Seq, Hash: batch.Hash}
	}
	if len(s.raw) == 0 {
		s.block.FirstAt, s.block.LastAt = at, at
	}
	if s.batch.Events == 0 {
		s.batch.FirstAt, s.batch.LastAt = at, at
	}
	s.block.FirstAt, s.block.LastAt = min(s.block.FirstAt, at), max(s.block.LastAt, at)
	s.batch.FirstAt, s.batch.LastAt = min(s.batch.FirstAt, at), max(s.batch.LastAt, at)
	if kind == EventSnapshot && s.batch.SnapshotAt == 0 {
		s.batch.SnapshotAt = at
	}
	s.batch.Events++
	s.raw = append(append(s.raw, raw...), '\n')
	return nil
}

// full reports whether the next event belongs into another block.
func (s *SealedWriter) full(at int64, kind EventKind) bool {
	n := len(s.raw)
	return n > 0 && (n >= blockRawBytesMax || at-s.block.FirstAt >= blockMsMax ||
		kind == EventMeta && n >= blockMetaBytesMin)
}

// endGroup puts the batch's run into the block. A batch without events leaves a group
// too, so that it is known to have come; only its continuation in a next block must have some.
func (s *SealedWriter) endGroup() {
	if s.batch.Hash != nil {
		s.block.Batches = append(s.block.Batches, s.batch)
	}
	s.batch = Group{}
}

// flush writes the block, if it holds anything.
func (s *SealedWriter) flush() error {
	if len(s.block.Batches) == 0 {
		return nil
	}
	var err error
	if s.packed, err = encodeZstd(s.packed[:0], s.raw); err != nil {
		return err
	}
	s.sealed = s.key.Seal(s.sealed[:0], s.packed, blockContext(s.footer.SessionID, len(s.footer.Blocks)))
	s.block.Offset, s.block.Length = s.at, int64(len(s.sealed))
	s.block.RawLength, s.block.Checksum = int64(len(s.raw)), checksum(s.sealed)
	s.footer.Blocks = append(s.footer.Blocks, s.block)
	s.block = Block{TabID: s.block.TabID}
	s.raw = s.raw[:0]
	return s.write(s.sealed)
}

// Close writes what is left, the footer and the tail, and returns the object's size in bytes.
// It does not close the stream.
func (s *SealedWriter) Close() (int64, error) {
	s.endGroup()
	if err := s.flush(); err != nil {
		return 0, err
	}
	text, err := json.Marshal(&s.footer)
	if err != nil {
		return 0, fmt.Errorf("segment: encode footer: %w", err)
	}
	if s.packed, err = encodeZstd(s.packed[:0], text); err != nil {
		return 0, err
	}
	sealed := s.key.Seal(nil, s.packed, footerContext(s.footer.SessionID))
	tail := binary.LittleEndian.AppendUint64(nil, uint64(s.at))
	tail = binary.LittleEndian.AppendUint32(tail, uint32(len(sealed)))
	tail = binary.LittleEndian.AppendUint32(tail, checksum(sealed))
	tail = append(tail, tailMagic...)
	if err := s.write(sealed); err != nil {
		return 0, err
	}
	if err := s.write(tail); err != nil {
		return 0, err
	}
	return s.at, nil
}
