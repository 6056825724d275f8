package bench

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/gzip"
)

const (
	// batchSpanMaxMs is the longest time that one batch covers, as the recorder cuts them.
	batchSpanMaxMs = 5_000
	// batchesPerSession ends a session: ten minutes of a recorder's batches.
	batchesPerSession = 120
	// The nodes of the generated page.
	pageNodes = 400
	// rawPerPacked is how much larger events are than packed, to begin with; each
	// packed batch corrects it.
	rawPerPacked = 6.0
)

// A batch is one upload, ready to be sent.
type batch struct {
	session, tab string
	seq          int64
	body         []byte   // gzip
	hash         [32]byte // as replay.Batch.Hash
	events       int
}

// A session makes the batches of one generated visit. The content depends on the seed
// alone; ids and times are fresh, so that every run makes new sessions.
type session struct {
	id, tab, secret string
	seq             int64
	at              int64 // unix ms, where the next batch begins
	rng             *mathrand.Rand
	nextNode        int
}

func newSession(seed uint64, now time.Time) *session {
	var secret [16]byte
	rand.Read(secret[:])
	return &session{
		id: newID(), tab: newID(), secret: hex.EncodeToString(secret[:]),
		at: now.UnixMilli(), rng: mathrand.New(mathrand.NewPCG(seed, 0x61667472)), nextNode: pageNodes + 10,
	}
}

func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // only without randomness, where nothing can go on
	}
	return id.String()
}

// generator packs batches of about the size asked for.
type generator struct {
	packedBytes int
	spanMs      int64 // that a batch covers
	ratio       float64
	events      bytes.Buffer
	packed      bytes.Buffer
	zip         *gzip.Writer
}

func newGenerator(packedBytes int, span time.Duration) *generator {
	zip, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // only for a level that does not exist
	}
	spanMs := min(max(span.Milliseconds(), 1), batchSpanMaxMs)
	return &generator{packedBytes: packedBytes, spanMs: spanMs, ratio: rawPerPacked, zip: zip}
}

// next makes the next batch of a session.
func (g *generator) next(s *session) (batch, error) {
	g.events.Reset()
	sum := sha256.New()
	count := 0
	add := func(event string) {
		if count > 0 {
			g.events.WriteByte(',')
		}
		g.events.WriteString(event)
		sum.Write([]byte(event))
		sum.Write([]byte{'\n'})
		count++
	}
	if s.seq == 0 {
		add(fmt.Sprintf(`{"type":4,"timestamp":%d,"data":{"href":"https://bench.example/p/%d","width":1366,"height":768}}`, s.at, s.rng.IntN(50)))
		add(s.snapshot())
	}
	want := int(float64(g.packedBytes) * g.ratio)
	for step := int64(1); g.events.Len() < want; step++ {
		add(s.event(s.at + min(step*2, g.spanMs-1)))
	}
	b := batch{session: s.id, tab: s.tab, seq: s.seq, events: count}
	sum.Sum(b.hash[:0])
	body, err := g.pack(s.secret)
	if err != nil {
		return batch{}, err
	}
	b.body = body
	if s.seq > 0 { // the first one holds a snapshot, which packs better
		g.ratio += (float64(g.events.Len())/float64(len(body)) - g.ratio) / 8
	}
	s.seq++
	s.at += g.spanMs
	return b, nil
}

func (g *generator) pack(secret string) ([]byte, error) {
	g.packed.Reset()
	g.zip.Reset(&g.packed)
	if _, err := fmt.Fprintf(g.zip, `{"secret":%q,"events":[`, secret); err != nil {
		return nil, err
	}
	if _, err := g.zip.Write(g.events.Bytes()); err != nil {
		return nil, err
	}
	if _, err := g.zip.Write([]byte(`]}`)); err != nil {
		return nil, err
	}
	if err := g.zip.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(g.packed.Bytes()), nil
}

// words are what generated pages say.
var words = []string{
	"order", "customer", "invoice", "total", "shipping", "address", "payment", "search", "filter", "status", "pending", "delivered",
	"cancelled", "details", "product", "quantity", "price", "discount", "결제", "주문", "배송", "장바구니", "account", "settings", "report",
	"dashboard", "revenue", "session", "country", "language", "button", "primary", "secondary", "warning", "error", "success",
}

func (s *session) word() string { return words[s.rng.IntN(len(words))] }

func (s *session) text() string {
	out := s.word()
	for range s.rng.IntN(6) {
		out += " " + s.word()
	}
	return out + " " + strconv.Itoa(s.rng.IntN(100_000))
}

// snapshot is a full snapshot of a page with a table of rows.
func (s *session) snapshot() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":2,"timestamp":%d,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"html","attributes":{"lang":"en"},"id":2,"childNodes":[`+
		`{"type":2,"tagName":"head","attributes":{},"id":3,"childNodes":[]},{"type":2,"tagName":"body","attributes":{"class":"page"},"id":4,"childNodes":[`, s.at)
	for id := 5; id < pageNodes; id += 2 {
		if id > 5 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":2,"tagName":"div","attributes":{"class":"row row-%s","data-key":"%d"},"id":%d,"childNodes":[{"type":3,"textContent":"%s","id":%d}]}`,
			s.word(), s.rng.Uint32(), id, s.text(), id+1)
	}
	b.WriteString(`]}]}]},"initialOffset":{"left":0,"top":0}}}`)
	return b.String()
}

// event is one of what people and pages do: mostly the mouse and the DOM.
func (s *session) event(at int64) string {
	switch n := s.rng.IntN(20); {
	case n < 8:
		return s.moves(at)
	case n < 15:
		return s.mutation(at)
	case n < 17:
		return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":2,"type":%d,"id":%d,"x":%d,"y":%d}}`,
			at, s.rng.IntN(6), 5+s.rng.IntN(pageNodes-5), s.rng.IntN(1366), s.rng.IntN(768))
	case n < 19:
		return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":3,"id":1,"x":0,"y":%d}}`, at, s.rng.IntN(5000))
	}
	return fmt.Sprintf(`{"type":5,"timestamp":%d,"data":{"tag":"afterimage.track","payload":{"name":"%s","props":{"n":%d}}}}`, at, s.word(), s.rng.IntN(1000))
}

func (s *session) moves(at int64) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":3,"timestamp":%d,"data":{"source":1,"positions":[`, at)
	x, y := s.rng.IntN(1366), s.rng.IntN(768)
	for i := range 10 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"x":%d,"y":%d,"id":%d,"timeOffset":%d}`, x, y, 5+s.rng.IntN(pageNodes-5), (i-10)*50)
		x, y = x+s.rng.IntN(60)-30, y+s.rng.IntN(60)-30
	}
	b.WriteString(`]}}`)
	return b.String()
}

func (s *session) mutation(at int64) string {
	parent := 5 + 2*s.rng.IntN((pageNodes-5)/2)
	s.nextNode += 2
	return fmt.Sprintf(`{"type":3,"timestamp":%d,"data":{"source":0,"texts":[{"id":%d,"value":"%s"}],"attributes":[{"id":%d,"attributes":{"class":"row %s","style":{"width":"%d.%dpx"}}}],`+
		`"removes":[],"adds":[{"parentId":4,"nextId":null,"node":{"type":2,"tagName":"span","attributes":{"class":"%s-%d"},"childNodes":[],"id":%d}},`+
		`{"parentId":%d,"nextId":null,"node":{"type":3,"textContent":"%s","id":%d}}]}}`,
		at, parent+1, s.text(), parent, s.word(), s.rng.IntN(900), s.rng.IntN(1000), s.word(), s.rng.IntN(100), s.nextNode, s.nextNode, s.text(), s.nextNode+1)
}
