package segment

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// SealedMagic opens every sealed session; its last byte is the format's version.
const SealedMagic = "AISEAL\x00\x02"

const (
	tailMagic = "AISEALD2"
	tailBytes = 32
	// TailBytes is how much of an object's end holds both copies of its tail.
	TailBytes = 2 * tailBytes
	// FooterGuessBytes is how much of an object's end a reader takes first: it holds
	// the footer of nearly all sessions, so that opening one costs one read.
	FooterGuessBytes = 64 << 10

	// EventBytesMax bounds one event: no upload can hold a larger one.
	EventBytesMax = 32 << 20
	// KeyframeBytesMax bounds a keyframe: a page larger than the largest snapshot that can be
	// uploaded cannot be played in a browser either. A block of such a page begins without one.
	KeyframeBytesMax = EventBytesMax
	// BlockBytesMax bounds what a block inflates to: a keyframe, as many bytes of events, and
	// the last event, which may go over that by its whole length.
	BlockBytesMax = 2*KeyframeBytesMax + EventBytesMax
	// indexBytesMax bounds what footer and moments inflate to: clicking as fast as one can for a day makes 60 MB of moments.
	indexBytesMax = 128 << 20
)

// Footer is the index of a sealed session. Times are unix ms in the client's clock.
type Footer struct {
	Version       int        `json:"version"`
	SessionID     string     `json:"session"`
	ProjectID     string     `json:"project"`
	ClockOffsetMs int64      `json:"clockOffsetMs"`
	Dictionary    string     `json:"dictionary,omitempty"`
	Tabs          []TabIndex `json:"tabs"`
	Blocks        []Block    `json:"blocks"`
	Moments       Section    `json:"moments,omitzero"` // none in version 1
}

// Section says where encrypted bytes lie in the object, and what tells whether they are whole.
type Section struct {
	Offset    int64  `json:"offset"`
	Length    int64  `json:"length"` // of nonce and ciphertext, bytes
	Repair    int64  `json:"repair,omitempty"`
	Checksum  uint32 `json:"checksum"`
	RawLength int64  `json:"rawLength"` // of the plaintext
}

// End returns the offset behind the section and its repair: readers fetch from Offset to End.
func (s *Section) End() int64 { return s.Offset + s.Length + s.Repair }

// TabIndex is what is known of one tab.
type TabIndex struct {
	ID           string    `json:"id"`
	StartedAt    int64     `json:"startedAt"`
	EndedAt      int64     `json:"endedAt"`
	Events       int64     `json:"events"`
	PlayableFrom int64     `json:"playableFrom"` // 0: no full snapshot came
	Missing      []Missing `json:"missing,omitempty"`
}

// The reasons of a Missing.
const (
	MissingBatches  = "batches"  // uploads that never came
	MissingSnapshot = "snapshot" // a page's full snapshot never came: nothing can be shown
)

// Missing is a stretch of a tab that is not there, or cannot be shown.
type Missing struct {
	Why     string `json:"why"`
	FromSeq int64  `json:"fromSeq"` // -1 unless Why is MissingBatches
	ToSeq   int64  `json:"toSeq"`
	From    int64  `json:"from"`
	To      int64  `json:"to"`
}

// Block is one independently decodable run of events of one tab.
type Block struct {
	Section
	Tab        int     `json:"tab"`  // index in Tabs
	Base       int     `json:"base"` // block whose plaintext is its dictionary, -1: none
	Keyframe   int     `json:"keyframe"`
	Starts     bool    `json:"starts"`
	FirstAt    int64   `json:"firstAt"`
	LastAt     int64   `json:"lastAt"`
	SnapshotAt int64   `json:"snapshotAt"`
	BatchSteps []int64 `json:"batches"` // see docs/format/session.md; read with Batches

	lastSeq int64
}

// addBatch notes events of the next batch.
func (b *Block) addBatch(seq int64, events int) {
	b.BatchSteps = append(b.BatchSteps, seq-b.lastSeq, int64(events))
	b.lastSeq = seq
}

// Batches calls yield for each batch that the block has events of, in order, with their number.
func (b *Block) Batches(yield func(seq int64, events int)) {
	seq := int64(0)
	for i := 0; i+1 < len(b.BatchSteps); i += 2 {
		seq += b.BatchSteps[i]
		yield(seq, int(b.BatchSteps[i+1]))
	}
}

func blockContext(version int, sessionID string, i int) string {
	return fmt.Sprintf("afterimage block %d %s %d", version, sessionID, i)
}

func sectionContext(what string, version int, sessionID string) string {
	return fmt.Sprintf("afterimage %s %d %s", what, version, sessionID)
}

// Tail says where a footer lies in its object.
type Tail struct {
	Offset, Length, Repair int64 // bytes

	version  int
	checksum uint32
}

// ParseTail reads the end of an object of size bytes: the last [TailBytes] of it, or more. Errors wrap [ErrCorrupt].
func ParseTail(end []byte, size int64) (Tail, error) {
	for copies := 1; copies <= 2 && copies*tailBytes <= len(end); copies++ {
		if t, ok := parseTail(end[len(end)-copies*tailBytes:][:tailBytes], size); ok {
			return t, nil
		}
	}
	if t, ok := parseTailV1(end, size); ok {
		return t, nil
	}
	return Tail{}, fmt.Errorf("segment: %w: no sealed session ends here", ErrCorrupt)
}

func parseTail(b []byte, size int64) (Tail, bool) {
	if string(b[24:]) != tailMagic || binary.LittleEndian.Uint32(b[20:]) != checksum(b[:20]) {
		return Tail{}, false
	}
	t := Tail{
		version: 2, Offset: int64(binary.LittleEndian.Uint64(b)), Length: int64(binary.LittleEndian.Uint32(b[8:])),
		Repair: int64(binary.LittleEndian.Uint32(b[12:])), checksum: binary.LittleEndian.Uint32(b[16:]),
	}
	return t, t.Offset >= int64(len(SealedMagic)) && t.Offset+t.Length+t.Repair+TailBytes == size
}

func (t Tail) append(dst []byte) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(t.Offset))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(t.Length))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(t.Repair))
	dst = binary.LittleEndian.AppendUint32(dst, t.checksum)
	dst = binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
	return append(dst, tailMagic...)
}

// Footer decrypts the footer, of which b has the t.Length + t.Repair bytes at t.Offset. Errors wrap [ErrCorrupt].
func (t Tail) Footer(b []byte, key *DataKey, sessionID string) (*Footer, error) {
	s := Section{Offset: t.Offset, Length: t.Length, Repair: t.Repair, Checksum: t.checksum, RawLength: indexBytesMax}
	text, err := s.open(b, key, sectionContext("footer", t.version, sessionID), nil)
	if err != nil {
		return nil, fmt.Errorf("footer: %w", err)
	}
	var f *Footer
	if t.version == 1 {
		if f, err = parseFooterV1(text); err != nil {
			return nil, err
		}
	} else if err := json.Unmarshal(text, &f); err != nil || f == nil {
		return nil, fmt.Errorf("segment: %w: footer is not what the format asks for", ErrCorrupt)
	}
	return f, f.check(sessionID, t)
}

// Intact reports whether an object's end is as it was written: both tails, and the footer, of which
// b has everything from t.Offset to the end of the object.
func (t Tail) Intact(b []byte) bool {
	if t.version == 1 {
		return true // opening it has found all there is to find
	}
	s := Section{Length: t.Length, Repair: t.Repair, Checksum: t.checksum}
	tail := string(t.append(nil))
	return len(b) > TailBytes && s.Intact(b[:len(b)-TailBytes]) && string(b[len(b)-TailBytes:]) == tail+tail
}

// check holds the footer against what follows from the format, so that readers can rely on it.
func (f *Footer) check(sessionID string, t Tail) error {
	if f.Version != t.version {
		return fmt.Errorf("segment: %w: footer version %d is not known to this program", ErrCorrupt, f.Version)
	}
	if f.SessionID != sessionID {
		return fmt.Errorf("segment: %w: the object is another session's", ErrCorrupt)
	}
	at := int64(len(SealedMagic))
	for i := range f.Blocks {
		b := &f.Blocks[i]
		if !b.fits(&at, BlockBytesMax) || !f.checkBlock(i) {
			return fmt.Errorf("segment: %w: block %d of footer", ErrCorrupt, i)
		}
	}
	if f.Version > 1 && !f.Moments.fits(&at, indexBytesMax) {
		return fmt.Errorf("segment: %w: moments of footer", ErrCorrupt)
	}
	if at != t.Offset {
		return fmt.Errorf("segment: %w: sections of footer do not fill the object", ErrCorrupt)
	}
	return nil
}

// fits reports whether the section lies at an offset, which it moves to its end.
func (s *Section) fits(at *int64, rawMax int64) bool {
	ok := s.Offset == *at && s.Length >= sealOverhead && s.Length < 1<<40 &&
		(s.Repair == 0 || s.Repair == int64(repairBytes(int(s.Length)))) && s.RawLength >= 0 && s.RawLength <= rawMax
	*at = s.End()
	return ok
}

func (f *Footer) checkBlock(i int) bool {
	b := &f.Blocks[i]
	if b.Tab < 0 || b.Tab >= len(f.Tabs) || b.Keyframe < 0 || b.Base < -1 || b.Base >= i {
		return false
	}
	if b.Base >= 0 && f.Blocks[b.Base].Base >= 0 && f.Blocks[f.Blocks[b.Base].Base].Base >= 0 {
		return false // readers need not go further than two
	}
	ok := len(b.BatchSteps) > 0 && len(b.BatchSteps)%2 == 0
	b.Batches(func(seq int64, events int) { ok = ok && seq >= 0 && events >= 0 })
	return ok
}

// Intact reports whether the section's bytes, with its repair, are as they were written.
func (s *Section) Intact(b []byte) bool {
	if int64(len(b)) != s.Length+s.Repair || checksum(b[:s.Length]) != s.Checksum {
		return false
	}
	return s.Repair == 0 || string(appendRepair(nil, b[:s.Length])) == string(b[s.Length:])
}

// open decrypts and inflates the section, of which b has the bytes from Offset to End, healed if that is possible.
func (s *Section) open(b []byte, key *DataKey, context string, dictionary []byte) ([]byte, error) {
	if int64(len(b)) != s.Length+s.Repair {
		return nil, fmt.Errorf("segment: %w: cut short", ErrCorrupt)
	}
	sealed, repair := b[:s.Length], b[s.Length:]
	if checksum(sealed) != s.Checksum {
		if sealed = heal(sealed, repair); sealed == nil || checksum(sealed) != s.Checksum {
			return nil, fmt.Errorf("segment: %w: wrong checksum", ErrCorrupt)
		}
	}
	packed, err := key.Open(nil, sealed, context)
	if err != nil {
		return nil, err
	}
	// The footer's own length is not known before it is read.
	room := s.RawLength
	if room == indexBytesMax {
		room = 0
	}
	raw, err := decodeZstd(make([]byte, 0, room), packed, dictionary, int(s.RawLength))
	if err != nil || room != 0 && int64(len(raw)) != s.RawLength {
		return nil, fmt.Errorf("segment: %w: does not inflate", ErrCorrupt)
	}
	return raw, nil
}

// Events decrypts block i, of which b has the bytes from Offset to End, and returns its events, each followed by
// a newline, those of its keyframe first. dictionary is the site dictionary's content if the footer names one;
// base is the plaintext of the block's base if it has one. Errors wrap [ErrCorrupt].
func (f *Footer) Events(i int, b []byte, key *DataKey, dictionary, base []byte) ([]byte, error) {
	block := &f.Blocks[i]
	raw, err := block.open(b, key, blockContext(f.Version, f.SessionID, i), joined(dictionary, base))
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", i, err)
	}
	return raw, nil
}

// joined returns a followed by b, without copying where one of them is empty.
func joined(a, b []byte) []byte {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return append(append(make([]byte, 0, len(a)+len(b)), a...), b...)
}

// ReadMoments decrypts the moments, of which b has the bytes from Offset to End. Errors wrap [ErrCorrupt].
func (f *Footer) ReadMoments(b []byte, key *DataKey) ([]byte, error) {
	text, err := f.Moments.open(b, key, sectionContext("moments", f.Version, f.SessionID), nil)
	if err != nil {
		return nil, fmt.Errorf("moments: %w", err)
	}
	return text, nil
}
