package segment

import (
	"bytes"
	"errors"
	"testing"
)

const testSession = "0192f3a0-0000-7000-8000-000000000001"

func TestRecord(t *testing.T) {
	key := NewDataKey()
	h := Header{ProjectID: "p", SessionID: testSession, TabID: "tab", Seq: 7, Codec: CodecNone, ReceivedAt: 5}
	h.SetHash([32]byte{1, 2})
	body := []byte(`{"events":[]}`)
	pack, err := AppendRecord([]byte(PackMagic), &h, key, body)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := ParseRecord(pack[len(PackMagic):])
	if err != nil || rec.Header != h || rec.Length != len(pack)-len(PackMagic) {
		t.Fatalf("%+v %v", rec, err)
	}
	got, err := rec.Body(nil, key, 1<<20)
	if err != nil || !bytes.Equal(got, body) {
		t.Fatalf("%q %v", got, err)
	}
	if bytes.Contains(pack, body) {
		t.Error("the body stands in the pack unencrypted")
	}
	if _, err := rec.Body(nil, NewDataKey(), 1<<20); !errors.Is(err, ErrCorrupt) {
		t.Errorf("another key: %v", err)
	}
	rec.Header.Seq++
	if _, err := rec.Body(nil, key, 1<<20); !errors.Is(err, ErrCorrupt) {
		t.Errorf("moved to another place: %v", err)
	}
}

// TestRecordDamage cuts a record at every byte and flips every byte: each is found.
func TestRecordDamage(t *testing.T) {
	h := Header{SessionID: testSession, TabID: "tab", Codec: CodecNone}
	rec, err := AppendRecord(nil, &h, NewDataKey(), []byte(`{"events":[{"type":4,"timestamp":1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rec {
		if _, err := ParseRecord(rec[:i]); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("cut at %d: %v", i, err)
		}
		bad := bytes.Clone(rec)
		bad[i] ^= 0x40
		if r, err := ParseRecord(bad); err == nil {
			t.Fatalf("flipped byte %d: read as %+v", i, r.Header)
		}
	}
}

func TestDecodeLimits(t *testing.T) {
	zeros := make([]byte, 3<<20)
	packed, err := takeCompressor(LevelFast).encode(nil, zeros, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CodecZstd.Decode(nil, packed, 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if got, err := CodecZstd.Decode(nil, packed, 3<<20); err != nil || len(got) != 3<<20 {
		t.Errorf("at the limit: %d %v", len(got), err)
	}
	if _, err := CodecZstd.Decode(nil, packed[:len(packed)-3], 4<<20); !errors.Is(err, ErrCorrupt) {
		t.Errorf("cut short: %v", err)
	}
	if _, err := CodecGzip.Decode(nil, []byte("\x1f\x8bnonsense"), 1<<20); !errors.Is(err, ErrCorrupt) {
		t.Errorf("nonsense: %v", err)
	}
	if _, err := Codec(9).Decode(nil, nil, 1); !errors.Is(err, ErrCorrupt) {
		t.Errorf("unknown codec: %v", err)
	}
}

func FuzzParseRecord(f *testing.F) {
	h := Header{SessionID: testSession, TabID: "tab", Codec: CodecGzip}
	rec, err := AppendRecord(nil, &h, NewDataKey(), []byte("body"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(rec)
	f.Add(rec[:20])
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := ParseRecord(b); err == nil && (r.Length > len(b) || len(r.Payload) < sealOverhead) {
			t.Fatal("a record longer than its bytes")
		}
	})
}

func FuzzDecode(f *testing.F) {
	packed, err := takeCompressor(LevelFast).encode(nil, []byte("hello hello hello"), nil, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 16
		got, err := Sniff(b).Decode(nil, b, limit)
		if err == nil && len(got) > limit {
			t.Fatal("over the limit")
		}
	})
}

func BenchmarkAppendRecord(b *testing.B) {
	h := Header{SessionID: testSession, TabID: "tab", Codec: CodecGzip}
	key, body := NewDataKey(), make([]byte, 20<<10)
	var dst []byte
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var err error
		if dst, err = AppendRecord(dst[:0], &h, key, body); err != nil {
			b.Fatal(err)
		}
	}
}
