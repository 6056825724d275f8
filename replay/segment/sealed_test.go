package segment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// sealed is a sealed session with what went in.
type sealed struct {
	object     []byte
	key        *DataKey
	dictionary []byte
	tabs       []TabIndex
	events     map[string][]string // per tab, in order
	moments    string
}

// page makes the text of a page that a session's blocks share, which does not compress by itself.
func page(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}

// sealRandom writes tabs of random batches and events, large and small. Its keyframes hold the tab's page.
func sealRandom(t testing.TB, seed uint64, level Level, dictionary *Dictionary) sealed {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	s := sealed{key: NewDataKey(), events: map[string][]string{}, moments: `[{"at":1}]`}
	head := Head{SessionID: testSession, ProjectID: "p", ClockOffsetMs: 3, Level: level, Dictionary: dictionary}
	if dictionary != nil {
		s.dictionary = dictionary.Content
	}
	var out bytes.Buffer
	w, err := NewSealedWriter(&out, s.key, head)
	if err != nil {
		t.Fatal(err)
	}
	shared := page(r, 60_000)
	for _, tab := range []string{"a", "b"} {
		content := ""
		err := w.Tab(tab, 2<<20, func(dst []byte, at int64) ([]byte, int) {
			if content == "" {
				return dst, 0
			}
			return append(dst, fmt.Sprintf("{\"keyframe\":%d}\n{\"page\":%q}\n", at, content)...), 2
		})
		if err != nil {
			t.Fatal(err)
		}
		at := int64(1000)
		index := TabIndex{ID: tab, StartedAt: at}
		for seq := range int64(5 + r.IntN(10)) {
			w.Batch(seq * 2)
			for range r.IntN(6) {
				at += int64(r.IntN(20_000))
				kind := EventKind(r.IntN(3))
				if kind == EventSnapshot {
					content = shared + page(r, 10_000)
				}
				raw := fmt.Sprintf(`{"tab":%q,"at":%d,"kind":%d,"pad":%q}`, tab, at, kind, content+strings.Repeat("x", r.IntN(300_000)))
				if err := w.Event([]byte(raw), at, kind); err != nil {
					t.Fatal(err)
				}
				index.Events++
				s.events[tab] = append(s.events[tab], raw)
			}
		}
		index.EndedAt = at
		s.tabs = append(s.tabs, index)
	}
	size, err := w.Close([]byte(s.moments), s.tabs)
	if err != nil || size != int64(out.Len()) {
		t.Fatalf("size %d, wrote %d: %v", size, out.Len(), err)
	}
	s.object = out.Bytes()
	return s
}

func (s *sealed) footer() (*Footer, error) {
	n := int64(len(s.object))
	tail, err := ParseTail(s.object[max(0, n-FooterGuessBytes):], n)
	if err != nil {
		return nil, err
	}
	return tail.Footer(s.object[tail.Offset:tail.Offset+tail.Length+tail.Repair], s.key, testSession)
}

// block reads block i with all it depends on.
func (s *sealed) block(f *Footer, i int) ([]byte, error) {
	b := &f.Blocks[i]
	var base []byte
	if b.Base >= 0 {
		var err error
		if base, err = s.block(f, b.Base); err != nil {
			return nil, err
		}
	}
	return f.Events(i, s.object[b.Offset:b.End()], s.key, s.dictionary, base)
}

func TestSealed(t *testing.T) {
	site := NewDictionary([]byte(page(rand.New(rand.NewPCG(9, 9)), 200_000)))
	for seed := range uint64(6) {
		s := sealRandom(t, seed, Level(seed%2), []*Dictionary{nil, site, nil}[seed%3])
		f, err := s.footer()
		if err != nil {
			t.Fatal(err)
		}
		checkSealed(t, &s, f)
		if !slices.EqualFunc(f.Tabs, s.tabs, func(a, b TabIndex) bool { return a.ID == b.ID && a.Events == b.Events && a.EndedAt == b.EndedAt }) {
			t.Errorf("tabs %+v", f.Tabs)
		}
		moments, err := f.ReadMoments(s.object[f.Moments.Offset:f.Moments.End()], s.key)
		if err != nil || string(moments) != s.moments {
			t.Errorf("moments %q %v", moments, err)
		}
	}
}

// checkSealed holds every block of a sealed session against the format and against what went in.
func checkSealed(t *testing.T, s *sealed, f *Footer) {
	t.Helper()
	got := map[string][]string{}
	for i := range f.Blocks {
		b := &f.Blocks[i]
		raw, err := s.block(f, i)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(raw), "\n")
		lines = lines[:len(lines)-1]
		n := b.Keyframe
		b.Batches(func(_ int64, events int) { n += events })
		if n != len(lines) {
			t.Fatalf("block %d: the footer counts %d events, the block has %d", i, n, len(lines))
		}
		frame, events := lines[:b.Keyframe], lines[b.Keyframe:]
		if size := len(strings.Join(frame, "")); len(events) > 1 {
			for i, ev := range events {
				if size == 0 && b.Starts && strings.Contains(ev, `"kind":2`) {
					size = len(strings.Join(events[:i+1], ""))
				}
			}
			before := len(raw) - size - len(events[len(events)-1])
			if before > max(blockRawBytesMax, size) {
				t.Errorf("block %d of %d raw bytes", i, len(raw))
			}
		}
		if b.Keyframe > 0 && (frame[0] != fmt.Sprintf("{\"keyframe\":%d}\n", b.FirstAt) || !b.Starts) {
			t.Errorf("block %d begins with %.30s, its first event is at %d", i, frame[0], b.FirstAt)
		}
		if b.LastAt-b.FirstAt > blockMsMax+20_000 {
			t.Errorf("block %d lasts %d ms", i, b.LastAt-b.FirstAt)
		}
		tab := f.Tabs[b.Tab].ID
		for _, line := range events {
			got[tab] = append(got[tab], strings.TrimSuffix(line, "\n"))
		}
	}
	for tab, events := range s.events {
		if !slices.Equal(got[tab], events) {
			t.Fatalf("tab %s is not what went in", tab)
		}
	}
}

// TestBasesKeepBlocksSmall has a page of text that does not compress in every block: it is stored once.
func TestBasesKeepBlocksSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	content := page(r, 300_000)
	var out bytes.Buffer
	w, err := NewSealedWriter(&out, NewDataKey(), Head{SessionID: testSession, ProjectID: "p"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Tab("a", 2<<20, func(dst []byte, _ int64) ([]byte, int) { return append(dst, content+"\n"...), 1 }); err != nil {
		t.Fatal(err)
	}
	w.Batch(0)
	for i := range int64(30) {
		if err := w.Event([]byte(`{}`), i*blockMsMax, EventOther); err != nil {
			t.Fatal(err)
		}
	}
	size, err := w.Close([]byte("[]"), make([]TabIndex, 1))
	if err != nil || len(w.footer.Blocks) != 30 {
		t.Fatalf("%d blocks: %v", len(w.footer.Blocks), err)
	}
	if size > 2*int64(len(content)) {
		t.Errorf("a page of %d bytes stands in an object of %d more than once", len(content), size)
	}
}

// TestSealedDamage flips bytes all over an object: whatever else depends on is healed, and of
// blocks only the one that the byte lies in is lost.
func TestSealedDamage(t *testing.T) {
	s := sealRandom(t, 3, LevelFast, nil)
	f, err := s.footer()
	if err != nil {
		t.Fatal(err)
	}
	bases := map[int]bool{0: true} // the first block is repaired, too
	for i := range f.Blocks {
		bases[f.Blocks[i].Base] = true
	}
	for i := range f.Blocks {
		if bases[i] && f.Blocks[i].Repair == 0 {
			t.Errorf("block %d is one that others depend on, and cannot be healed", i)
		}
	}
	step := max(1, len(s.object)/97)
	for at := len(SealedMagic); at < len(s.object); at += step {
		s.object[at] ^= 1
		damaged, err := s.footer()
		if err != nil {
			t.Fatalf("byte %d costs the footer: %v", at, err)
		}
		if _, err := damaged.ReadMoments(s.object[f.Moments.Offset:f.Moments.End()], s.key); err != nil {
			t.Fatalf("byte %d costs the moments: %v", at, err)
		}
		hit := slices.IndexFunc(damaged.Blocks, func(b Block) bool { return int64(at) >= b.Offset && int64(at) < b.End() })
		for i := range damaged.Blocks {
			b := &damaged.Blocks[i]
			within := i == hit
			if b.Intact(s.object[b.Offset:b.End()]) == within {
				t.Fatalf("byte %d: block %d intact: %t", at, i, !within)
			}
			if !within && b.Base != hit {
				continue // has nothing to do with it
			}
			_, err := s.block(damaged, i)
			if lost := within && b.Repair == 0; (err != nil) != lost {
				t.Fatalf("byte %d, block %d (a base: %t): %v", at, i, bases[i], err)
			}
		}
		s.object[at] ^= 1
	}
}

func TestHeal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		b := []byte(page(r, n))
		repair := appendRepair(nil, b)
		if len(repair) != repairBytes(n) {
			t.Fatalf("%d bytes of repair for %d", len(repair), n)
		}
		for i := range repairSlices(n) {
			bad := bytes.Clone(b)
			lost := slice(bad, i)
			for j := range lost {
				lost[j] ^= 0xff
			}
			if got := heal(bad, repair); len(lost) > 0 && !bytes.Equal(got, b) {
				t.Fatalf("%d bytes, slice %d is not healed", n, i)
			}
		}
		if n > 40 {
			bad := bytes.Clone(b)
			bad[0] ^= 1
			bad[n-1] ^= 1
			if heal(bad, repair) != nil {
				t.Fatal("damage in two slices was taken for healed")
			}
		}
	}
}

// TestVersion1 reads an object as the first version wrote it.
func TestVersion1(t *testing.T) {
	object, err := os.ReadFile("testdata/sealed-v1.bin")
	if err != nil {
		t.Fatal(err)
	}
	var raw [32]byte
	for i := range raw {
		raw[i] = byte(i)
	}
	s := sealed{object: object, key: dataKey(raw)}
	f, err := s.footer()
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != 1 || len(f.Blocks) != 4 || len(f.Tabs) != 2 || f.Tabs[1].Events != 20 || f.Tabs[0].PlayableFrom != 11_000 || f.ClockOffsetMs != 42 {
		t.Fatalf("%+v", f)
	}
	seqs, events := map[int64]int{}, 0
	for i := range f.Blocks {
		text, err := s.block(f, i)
		if err != nil {
			t.Fatal(err)
		}
		events += bytes.Count(text, []byte("\n"))
		if f.Blocks[i].Tab == 1 {
			f.Blocks[i].Batches(func(seq int64, n int) { seqs[seq] += n })
		}
	}
	if events != 44 || len(seqs) != 5 || seqs[3] != 0 || seqs[4] != 4 {
		t.Errorf("%d events; batches of the second tab %v", events, seqs)
	}
}

func TestDictionaryObject(t *testing.T) {
	d, key := NewDictionary([]byte(strings.Repeat("a page's markup ", 1000))), NewDataKey()
	object, err := SealDictionary(d, key, "p")
	if err != nil || bytes.Contains(object, []byte("markup")) {
		t.Fatalf("%v, or its content stands in it unencrypted", err)
	}
	got, err := OpenDictionary(object, key, "p", d.Name)
	if err != nil || !bytes.Equal(got.Content, d.Content) {
		t.Fatal(err)
	}
	for i := range object {
		object[i] ^= 4
		if _, err := OpenDictionary(object, key, "p", d.Name); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d: %v", i, err)
		}
		object[i] ^= 4
	}
	if _, err := OpenDictionary(object, key, "another", d.Name); !errors.Is(err, ErrCorrupt) {
		t.Errorf("another project's: %v", err)
	}
}

func FuzzTail(f *testing.F) {
	f.Add(make([]byte, TailBytes), int64(100))
	f.Add(Tail{Offset: 8, Length: 30}.append(make([]byte, 70)), int64(70+tailBytes))
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

// FuzzFooter gives the reader any text as a footer that is encrypted as it should be: what passes
// the check can be read without harm.
func FuzzFooter(f *testing.F) {
	s := sealRandom(f, 1, LevelFast, nil)
	footer, err := s.footer()
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(footer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, byte(2))
	f.Add([]byte(`{"version":1,"session":"`+testSession+`","blocks":[{"tab":"a","offset":8,"length":28,"batches":[{"seq":1}]}]}`), byte(1))
	f.Add([]byte(`null`), byte(2))
	f.Fuzz(func(_ *testing.T, text []byte, version byte) {
		zip := takeCompressor(LevelFast)
		defer giveCompressor(LevelFast, zip)
		packed, err := zip.encode(nil, text, nil, 0)
		if err != nil {
			return
		}
		what := sectionContext("footer", int(version), testSession)
		b := s.key.Seal(nil, packed, what)
		tail := Tail{Offset: footer.Moments.End(), Length: int64(len(b)), version: int(version), checksum: checksum(b)}
		got, err := tail.Footer(b, s.key, testSession)
		if err != nil {
			return
		}
		for i := range got.Blocks {
			block := &got.Blocks[i]
			_ = got.Tabs[block.Tab]
			if block.End() <= int64(len(s.object)) {
				_, _ = s.block(got, i)
			}
		}
	})
}

func FuzzHeal(f *testing.F) {
	f.Add([]byte("some bytes"), appendRepair(nil, []byte("some bytes")))
	f.Fuzz(func(t *testing.T, b, repair []byte) {
		if whole := heal(b, repair); whole != nil && len(whole) != len(b) {
			t.Fatal("healing changed the length")
		}
	})
}

func FuzzOpenDictionary(f *testing.F) {
	key := NewDataKey()
	f.Add([]byte("AIDICT\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenDictionary(b, key, "p", "name"); err == nil {
			t.Fatal("a dictionary opened with a random key")
		}
	})
}

func BenchmarkSealedWriter(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	snapshot := []byte(`{"type":2,"data":"` + page(r, 200_000) + `"}`)
	var events [][]byte
	for range 3000 {
		events = append(events, fmt.Appendf(nil, `{"type":3,"data":{"source":0,"texts":[],"attributes":[{"id":%d,"attributes":{"style":{"width":"%d%%"}}}],"removes":[],"adds":[]},"timestamp":%d}`,
			r.IntN(5000), r.IntN(100), r.IntN(1<<40)))
	}
	for level, name := range []string{"Small", "Fast"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var out bytes.Buffer
				w, err := NewSealedWriter(&out, NewDataKey(), Head{SessionID: testSession, Level: Level(level)})
				if err != nil {
					b.Fatal(err)
				}
				n := int64(0)
				if err := w.Tab("a", 2<<20, func(dst []byte, _ int64) ([]byte, int) { return append(append(dst, snapshot...), '\n'), 1 }); err != nil {
					b.Fatal(err)
				}
				w.Batch(0)
				for i, ev := range events {
					if err := w.Event(ev, int64(i)*100, EventOther); err != nil {
						b.Fatal(err)
					}
					n += int64(len(ev))
				}
				if _, err := w.Close([]byte("[]"), make([]TabIndex, 1)); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(n)
			}
		})
	}
}
