package segment

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
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
	packed, err := encodeZstd(nil, zeros)
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

// sealed is a sealed session with what went in.
type sealed struct {
	object []byte
	key    *DataKey
	tabs   []string
	events map[string][]string // per tab, in order
}

// sealRandom writes tabs of random batches and events, large and small.
func sealRandom(t *testing.T, seed uint64) sealed {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	s := sealed{key: NewDataKey(), tabs: []string{"a", "b"}, events: map[string][]string{}}
	var out bytes.Buffer
	w, err := NewSealedWriter(&out, s.key, Footer{SessionID: testSession, ProjectID: "p", ClockOffsetMs: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range s.tabs {
		at := int64(1000)
		for seq := range int64(5 + r.IntN(10)) {
			if err := w.Batch(tab, seq*2, [32]byte{byte(seq)}); err != nil {
				t.Fatal(err)
			}
			for range r.IntN(6) {
				at += int64(r.IntN(20_000))
				raw := fmt.Sprintf(`{"tab":%q,"at":%d,"pad":%q}`, tab, at, strings.Repeat("x", r.IntN(300_000)))
				kind := EventKind(r.IntN(3))
				if err := w.Event([]byte(raw), at, kind); err != nil {
					t.Fatal(err)
				}
				s.events[tab] = append(s.events[tab], raw)
			}
		}
	}
	size, err := w.Close()
	if err != nil || size != int64(out.Len()) {
		t.Fatalf("size %d, wrote %d: %v", size, out.Len(), err)
	}
	s.object = out.Bytes()
	return s
}

func (s sealed) footer(t *testing.T) *Footer {
	t.Helper()
	n := int64(len(s.object))
	tail, err := ParseTail(s.object[n-TailBytes:], n)
	if err != nil {
		t.Fatal(err)
	}
	f, err := tail.Footer(s.object[tail.Offset:tail.Offset+tail.Length], s.key, testSession)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSealed(t *testing.T) {
	for seed := range uint64(20) {
		s := sealRandom(t, seed)
		f := s.footer(t)
		got := map[string][]string{}
		for i, b := range f.Blocks {
			raw, err := f.Events(i, s.object[b.Offset:b.Offset+b.Length], s.key)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
			if len(raw) == 0 {
				lines = nil
			}
			n := 0
			for _, g := range b.Batches {
				n += g.Events
			}
			if n != len(lines) {
				t.Fatalf("seed %d, block %d: the footer counts %d events, the block has %d", seed, i, n, len(lines))
			}
			if len(lines) > 1 && len(raw)-len(lines[len(lines)-1]) > blockRawBytesMax+1 {
				t.Errorf("block %d of %d raw bytes", i, len(raw))
			}
			if b.LastAt-b.FirstAt > blockMsMax+20_000 {
				t.Errorf("block %d lasts %d ms", i, b.LastAt-b.FirstAt)
			}
			got[b.TabID] = append(got[b.TabID], lines...)
		}
		for _, tab := range s.tabs {
			if strings.Join(got[tab], "\n") != strings.Join(s.events[tab], "\n") {
				t.Fatalf("seed %d: tab %s is not what went in", seed, tab)
			}
		}
	}
}

// TestSealedDamage flips bytes all over an object: each is found, and only the block it
// lies in is lost.
func TestSealedDamage(t *testing.T) {
	s := sealRandom(t, 3)
	f := s.footer(t)
	step := len(s.object)/61 + 1
	for at := len(SealedMagic); at < len(s.object); at += step {
		s.object[at] ^= 1
		broken := 0
		for i, b := range f.Blocks {
			if _, err := f.Events(i, s.object[b.Offset:b.Offset+b.Length], s.key); err != nil {
				broken++
			}
		}
		n := int64(len(s.object))
		tail, err := ParseTail(s.object[n-TailBytes:], n)
		if err == nil {
			_, err = tail.Footer(s.object[tail.Offset:tail.Offset+tail.Length], s.key, testSession)
		}
		if err != nil {
			broken++
		}
		if broken != 1 {
			t.Fatalf("byte %d: %d parts broken, want 1", at, broken)
		}
		s.object[at] ^= 1
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
	packed, err := encodeZstd(nil, []byte("hello hello hello"))
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

func FuzzTail(f *testing.F) {
	f.Add(make([]byte, TailBytes), int64(100))
	key := NewDataKey()
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		tail, err := ParseTail(b, size)
		if err != nil {
			return
		}
		if _, err := tail.Footer(b, key, testSession); err == nil {
			t.Fatal("a footer opened with a random key")
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
