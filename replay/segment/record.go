package segment

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// PackMagic opens every pack; its last byte is the format's version.
const PackMagic = "AIPACK\x00\x01"

const (
	recordMagic      = "AIRB"
	recordFixedBytes = 16
	headerBytesMax   = 4 << 10
	// PayloadBytesMax bounds one record's payload.
	PayloadBytesMax = 16 << 20
)

// Header says what one record of a pack is.
type Header struct {
	ProjectID  string `json:"project"`
	SessionID  string `json:"session"`
	TabID      string `json:"tab"`
	Seq        int64  `json:"seq"`
	Codec      Codec  `json:"codec"` // of the decrypted payload
	ReceivedAt int64  `json:"receivedAt"`
	Hash       string `json:"hash"` // hex
}

// SetHash stores the batch's hash.
func (h *Header) SetHash(hash [32]byte) { h.Hash = hex.EncodeToString(hash[:]) }

func (h *Header) context() string {
	return fmt.Sprintf("afterimage pack 1 %s %s %d", h.SessionID, h.TabID, h.Seq)
}

// AppendRecord appends one record to dst: body, which is compressed with h.Codec, encrypted with key.
func AppendRecord(dst []byte, h *Header, key *DataKey, body []byte) ([]byte, error) {
	if len(body)+sealOverhead > PayloadBytesMax {
		return dst, fmt.Errorf("segment: record of %d bytes: %w", len(body), ErrTooLarge)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return dst, fmt.Errorf("segment: encode header: %w", err)
	}
	start := len(dst)
	dst = append(dst, recordMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(head)))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(body)+sealOverhead))
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, head...)
	dst = key.Seal(dst, body, h.context())
	binary.LittleEndian.PutUint32(dst[start+12:], checksum(dst[start+recordFixedBytes:]))
	return dst, nil
}

// Record is one record of a pack as read: the payload is still encrypted.
type Record struct {
	Header  Header
	Payload []byte
	Length  int // of the whole record, bytes
}

// ParseRecord reads the record that b begins with. Errors wrap [ErrCorrupt].
func ParseRecord(b []byte) (Record, error) {
	if len(b) < recordFixedBytes || !bytes.HasPrefix(b, []byte(recordMagic)) {
		return Record{}, fmt.Errorf("segment: %w: no record begins here", ErrCorrupt)
	}
	head := int(binary.LittleEndian.Uint32(b[4:]))
	payload := int(binary.LittleEndian.Uint32(b[8:]))
	if head > headerBytesMax || payload > PayloadBytesMax || payload < sealOverhead {
		return Record{}, fmt.Errorf("segment: %w: impossible record length", ErrCorrupt)
	}
	length := recordFixedBytes + head + payload
	if len(b) < length {
		return Record{}, fmt.Errorf("segment: %w: record cut short", ErrCorrupt)
	}
	if checksum(b[recordFixedBytes:length]) != binary.LittleEndian.Uint32(b[12:]) {
		return Record{}, fmt.Errorf("segment: %w: checksum of record", ErrCorrupt)
	}
	r := Record{Payload: b[recordFixedBytes+head : length], Length: length}
	if err := json.Unmarshal(b[recordFixedBytes:recordFixedBytes+head], &r.Header); err != nil {
		return Record{}, fmt.Errorf("segment: %w: header of record", ErrCorrupt)
	}
	return r, nil
}

// Body decrypts and inflates the record's body, at most maxBytes, appending it to dst. Errors
// wrap [ErrCorrupt] or [ErrTooLarge].
func (r *Record) Body(dst []byte, key *DataKey, maxBytes int) ([]byte, error) {
	body, err := key.Open(nil, r.Payload, r.Header.context())
	if err != nil {
		return dst, err
	}
	return r.Header.Codec.Decode(dst, body, maxBytes)
}
