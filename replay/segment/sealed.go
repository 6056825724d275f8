package segment

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// SealedMagic opens every sealed session; its last byte is the format's version.
const SealedMagic = "AISEAL\x00\x01"

const (
	tailMagic = "AISEALED"
	// TailBytes is the length of what a sealed session ends with.
	TailBytes = 24
	// FooterGuessBytes is how much of an object's end a reader takes first: it holds
	// the footer of nearly all sessions, so that opening one costs one read.
	FooterGuessBytes = 64 << 10

	// blockRawBytesMax and blockMsMax end a block: what a player reads to show a moment, and
	// how far it plays from there.
	blockRawBytesMax = 1 << 20
	blockMsMax       = 60_000
	// blockMetaBytesMin is how large a block must be for a new page to begin another.
	blockMetaBytesMin = 256 << 10

	// EventBytesMax bounds one event: no upload can hold a larger one.
	EventBytesMax = 32 << 20
	// BlockBytesMax bounds what a block inflates to: it ends as soon as it is over
	// blockRawBytesMax, which its last event may be by its whole length.
	BlockBytesMax = blockRawBytesMax + EventBytesMax
	// footerBytesMax bounds what a footer inflates to: a day of batches has 3 MB.
	footerBytesMax = 64 << 20
)

// Footer is the index of a sealed session.
type Footer struct {
	Version       int     `json:"version"`
	SessionID     string  `json:"session"`
	ProjectID     string  `json:"project"`
	ClockOffsetMs int64   `json:"clockOffsetMs"`
	Blocks        []Block `json:"blocks"`
}

// Block is one independently decodable run of events of one tab. Times are in the client's clock.
type Block struct {
	TabID     string  `json:"tab"`
	Offset    int64   `json:"offset"`
	Length    int64   `json:"length"`
	RawLength int64   `json:"rawLength"`
	Checksum  uint32  `json:"checksum"`
	FirstAt   int64   `json:"firstAt"`
	LastAt    int64   `json:"lastAt"`
	Batches   []Group `json:"batches"`
}

// Group is the run of events in a block that one batch brought.
type Group struct {
	Seq        int64  `json:"seq"`
	Events     int    `json:"events"`
	Hash       []byte `json:"hash"` // of the whole batch, 32 bytes
	SnapshotAt int64  `json:"snapshotAt"`
	FirstAt    int64  `json:"firstAt"`
	LastAt     int64  `json:"lastAt"`
}

func blockContext(sessionID string, i int) string {
	return fmt.Sprintf("afterimage block 1 %s %d", sessionID, i)
}

func footerContext(sessionID string) string { return "afterimage footer 1 " + sessionID }

// Tail says where a footer lies in its object.
type Tail struct {
	Offset   int64
	Length   int64
	checksum uint32
}

// ParseTail reads the last TailBytes bytes of an object of size bytes. Errors wrap [ErrCorrupt].
func ParseTail(b []byte, size int64) (Tail, error) {
	if len(b) != TailBytes || string(b[16:]) != tailMagic {
		return Tail{}, fmt.Errorf("segment: %w: no sealed session ends here", ErrCorrupt)
	}
	t := Tail{
		Offset:   int64(binary.LittleEndian.Uint64(b)),
		Length:   int64(binary.LittleEndian.Uint32(b[8:])),
		checksum: binary.LittleEndian.Uint32(b[12:]),
	}
	if t.Offset < int64(len(SealedMagic)) || t.Offset+t.Length+TailBytes != size {
		return Tail{}, fmt.Errorf("segment: %w: tail of sealed session", ErrCorrupt)
	}
	return t, nil
}

// Footer decrypts the footer, of which b has the t.Length bytes at t.Offset. Errors wrap [ErrCorrupt].
func (t Tail) Footer(b []byte, key *DataKey, sessionID string) (*Footer, error) {
	if int64(len(b)) != t.Length || checksum(b) != t.checksum {
		return nil, fmt.Errorf("segment: %w: checksum of footer", ErrCorrupt)
	}
	packed, err := key.Open(nil, b, footerContext(sessionID))
	if err != nil {
		return nil, fmt.Errorf("footer: %w", err)
	}
	text, err := CodecZstd.Decode(nil, packed, footerBytesMax)
	if err != nil {
		return nil, fmt.Errorf("segment: %w: footer does not inflate", ErrCorrupt)
	}
	f := new(Footer)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("segment: %w: footer is not what the format asks for", ErrCorrupt)
	}
	return f, f.check(sessionID, t.Offset)
}

// check holds the footer against what follows from the format, so that readers can rely on it.
func (f *Footer) check(sessionID string, end int64) error {
	if f.Version != 1 {
		return fmt.Errorf("segment: %w: footer version %d is not known to this program", ErrCorrupt, f.Version)
	}
	if f.SessionID != sessionID {
		return fmt.Errorf("segment: %w: the object is another session's", ErrCorrupt)
	}
	at := int64(len(SealedMagic))
	for i, b := range f.Blocks {
		if b.Offset != at || b.Length < sealOverhead || b.RawLength < 0 || b.RawLength > BlockBytesMax || len(b.Batches) == 0 {
			return fmt.Errorf("segment: %w: block %d of footer", ErrCorrupt, i)
		}
		at += b.Length
	}
	if at != end {
		return fmt.Errorf("segment: %w: blocks of footer do not fill the object", ErrCorrupt)
	}
	return nil
}

// Events decrypts block i, of which b has the bytes, and returns its events, each followed by
// a newline. Errors wrap [ErrCorrupt].
func (f *Footer) Events(i int, b []byte, key *DataKey) ([]byte, error) {
	block := &f.Blocks[i]
	if int64(len(b)) != block.Length || checksum(b) != block.Checksum {
		return nil, fmt.Errorf("segment: %w: checksum of block %d", ErrCorrupt, i)
	}
	packed, err := key.Open(nil, b, blockContext(f.SessionID, i))
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", i, err)
	}
	raw, err := CodecZstd.Decode(make([]byte, 0, block.RawLength), packed, BlockBytesMax)
	if err != nil || int64(len(raw)) != block.RawLength {
		return nil, fmt.Errorf("segment: %w: block %d does not inflate", ErrCorrupt, i)
	}
	return raw, nil
}
