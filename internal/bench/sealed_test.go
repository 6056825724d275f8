package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/segment"
)

// pageOf is a recording of a page and some changes of it, a second apart.
func pageOf(t *testing.T, name string, changes int) Recording {
	t.Helper()
	const at = 1_700_000_000_000
	r := Recording{Name: name}
	add := func(kind, at int64, data string) {
		raw := fmt.Sprintf(`{"type":%d,"data":%s,"timestamp":%d}`, kind, data, at)
		if err := r.Add(importer.Event{Raw: []byte(raw), Type: kind, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	add(4, at, `{"href":"https://shop.example/","width":800,"height":600}`)
	rows := ""
	for i := range 200 {
		rows += fmt.Sprintf(`,{"type":2,"id":%d,"tagName":"li","attributes":{"class":"row"},"childNodes":[{"type":3,"id":%d,"textContent":"Row %d of %s"}]}`, 10+2*i, 11+2*i, i, name)
	}
	add(2, at+1, `{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"ul","attributes":{},"childNodes":[`+rows[1:]+`]}]},"initialOffset":{"left":0,"top":0}}`)
	for i := range changes {
		add(3, at+1000*int64(i+1), fmt.Sprintf(`{"source":0,"texts":[{"id":11,"value":"Change \"%d\""}],"attributes":[],"removes":[],"adds":[]}`, i))
	}
	return r
}

func TestSealMeasuresSizesAndLearns(t *testing.T) {
	svc, store, project := newService(t)
	place := &Place{Service: svc, Store: store, Keys: segment.NewKeyring([32]byte{1}), ProjectID: project.ID}
	var recordings []Recording
	for i := range 7 {
		recordings = append(recordings, pageOf(t, fmt.Sprint("r", i), 20))
	}
	quiet := func(string) {}
	without, err := Seal(t.Context(), place, recordings[5:], SealRun{Repeat: 1, Progress: quiet})
	if err != nil {
		t.Fatal(err)
	}
	with, err := Seal(t.Context(), place, recordings, SealRun{Learn: 5, Repeat: 1, Progress: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if without.Dictionary.Sessions != 0 || with.Dictionary.Sessions < 5 || len(with.Recordings) != 2 || len(without.Recordings) != 2 {
		t.Fatalf("without: %+v\nwith: %+v", without, with)
	}
	for i, one := range with.Recordings {
		plain := without.Recordings[i]
		if one.Name != recordings[5+i].Name || one.RawBytes != recordings[5+i].Bytes || one.WholeBytes <= 0 || one.WholeBytes >= one.RawBytes {
			t.Errorf("%+v", one)
		}
		if one.Usual.Bytes <= 0 || one.Usual.Bytes >= plain.Usual.Bytes || one.Usual.RawMBps <= 0 || one.Hasty.RawMBps <= 0 {
			t.Errorf("with a dictionary %+v, without %+v", one, plain)
		}
		if want := float64(one.Usual.Bytes) / float64(one.WholeBytes); one.Usual.Ratio != want {
			t.Errorf("ratio %v, want %v", one.Usual.Ratio, want)
		}
	}
	if with.Total.Usual.Bytes != with.Recordings[0].Usual.Bytes+with.Recordings[1].Usual.Bytes || with.UsualWorst != 0 {
		t.Errorf("total %+v, worst of none over the limit %v", with.Total, with.UsualWorst)
	}
	if _, err := Seal(t.Context(), place, recordings, SealRun{Learn: 7, Progress: quiet}); err == nil {
		t.Error("nothing was left to measure and no error said so")
	}
}

func TestLongSessionsGrowToTheirLength(t *testing.T) {
	l, err := newLong([]Recording{pageOf(t, "a", 10), pageOf(t, "b", 5)})
	if err != nil {
		t.Fatal(err)
	}
	given := func(length Length) (events []importer.Event, size int64) {
		r := Recording{}
		if err := l.give(5_000, length, r.Add); err != nil {
			t.Fatal(err)
		}
		return r.Events, r.Bytes
	}
	byTime, _ := given(Length{Ms: 60_000})
	bySize, size := given(Length{Bytes: 200_000})
	if at := byTime[len(byTime)-1].At; at < 64_000 || at >= 65_000 {
		t.Errorf("a minute from 5000 ends at %d", at)
	}
	if size < 200_000 || size > 250_000 {
		t.Errorf("200,000 bytes became %d", size)
	}
	texts := map[string]bool{}
	for i, e := range bySize {
		var event struct {
			Timestamp int64
			Type      int64
		}
		if err := json.Unmarshal(e.Raw, &event); err != nil || event.Timestamp != e.At || event.Type != e.Type {
			t.Fatalf("event %d: %v %+v, want time %d", i, err, event, e.At)
		}
		if e.Type == 2 {
			texts[string(e.Raw)] = true
		}
		if i > 0 && e.At < bySize[i-1].At {
			t.Errorf("event %d lies before the one before it", i)
		}
	}
	again, _ := given(Length{Bytes: 200_000})
	if !slices.EqualFunc(again, bySize, func(a, b importer.Event) bool { return bytes.Equal(a.Raw, b.Raw) }) {
		t.Error("another run gives another session")
	}
	if len(texts) < 5 {
		t.Errorf("only %d different pages", len(texts))
	}
}

func TestOtherTextsKeepsJSONAndStyles(t *testing.T) {
	const before = `{"textContent":"Caf\u00e9 \"42\" 가격\n","tagName":"p","style":{"textContent":"a{color:red}"},"value":"x1"}`
	raw := []byte(before)
	otherTexts(raw, shuffledLetters(3))
	var event struct {
		TextContent, TagName, Value string
		Style                       struct{ TextContent string }
	}
	if err := json.Unmarshal(raw, &event); err != nil {
		t.Fatal(err)
	}
	if len(raw) != len(before) || event.TagName != "p" || event.Style.TextContent != "a{color:red}" || !strings.HasSuffix(event.TextContent, "\n") ||
		!strings.Contains(event.TextContent, "é \"") || strings.Contains(event.TextContent, "42") || strings.Contains(event.TextContent, "가격") || event.Value == "x1" {
		t.Errorf("%s became %s", before, raw)
	}
	if from, to, err := timestampIn([]byte(`{"data":{"timestamp":1},"timestamp" : 12.5,"type":3}`)); err != nil || from != 38 || to != 42 {
		t.Errorf("the timestamp stands from %d to %d, %v", from, to, err)
	}
	if _, _, err := timestampIn([]byte(`{"type":3}`)); err == nil {
		t.Error("an event without timestamp was taken")
	}
}

// pretended answers like the service, with one window of events.
func pretended(t *testing.T, tab string, start, end int64) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.Query().Get("project") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		if strings.HasSuffix(r.URL.Path, "/events") {
			fmt.Fprintf(zip, `[{"type":4,"timestamp":%s,"data":{}}]`, r.URL.Query().Get("from"))
		} else {
			fmt.Fprintf(zip, `{"tabs":[{"id":%q,"startedAt":%d,"endedAt":%d}]}`, tab, start, end)
		}
		if err := zip.Close(); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestPlayMeasuresEachLength(t *testing.T) {
	bucket := mem.New()
	svc, store, project := newServiceOn(t, bucket)
	place := Place{Service: svc, Store: store, Keys: segment.NewKeyring([32]byte{1}), ProjectID: project.ID}
	web := pretended(t, newID(), 1_000_000, 1_600_000)
	folder := t.TempDir()
	run := PlayRun{
		Lengths: []Length{{Name: "short", Bytes: 50_000}, {Name: "longer", Bytes: 300_000}}, Recordings: []Recording{pageOf(t, "a", 50)}, Folder: folder,
		Stored: func(_ context.Context, fn func(*Place) error) error { return fn(&place) },
		Served: func(context.Context) (*Served, error) {
			reads := &Reads{}
			return &Served{Place: place, URL: web.URL, Token: "secret", Bucket: reads.Of(bucket), Reads: reads, Close: func() error { return nil }}, nil
		},
		Alone: func(context.Context) (*Alone, error) {
			return &Alone{URL: web.URL, PID: os.Getpid(), Close: func() error { return nil }}, nil
		},
		Progress: func(string) {},
	}
	played, err := Play(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	short, longer := played[0], played[1]
	if short.RawBytes < 50_000 || longer.RawBytes < 300_000 || longer.Seconds <= short.Seconds || longer.ObjectBytes <= short.ObjectBytes || longer.Blocks <= short.Blocks {
		t.Errorf("short: %+v\nlonger: %+v", short, longer)
	}
	for _, p := range played {
		if p.FooterBytes <= 0 || p.FooterBytes >= p.ObjectBytes || p.Start.ServerMs <= 0 || p.Late.ParsedMs <= 0 || p.PlayedMs <= 0 || p.MemoryBytes < 0 || p.Plain.ParsedMs <= 0 || p.Faster <= 0 {
			t.Errorf("%+v", p)
		}
		if session, err := store.Session(t.Context(), project.ID, p.ID); err != nil || session.SealedBytes != p.ObjectBytes {
			t.Errorf("%v, %+v", err, session)
		}
		text := unzipped(t, filepath.Join(folder, p.Name+".json.gz"))
		var events []json.RawMessage
		if err := json.Unmarshal(text, &events); err != nil || int64(len(text)) != p.RawBytes+int64(len(events))+1 {
			t.Errorf("the plain player gets %d bytes, %v", len(text), err)
		}
	}
}

func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReadsAreCounted(t *testing.T) {
	reads := &Reads{}
	bucket := reads.Of(mem.New())
	if err := bucket.Put(t.Context(), "a", strings.NewReader("0123456789"), 10); err != nil {
		t.Fatal(err)
	}
	before := reads.now()
	reads.leaveOut(9)
	for offset, length := range map[int64]int64{5: 3, 6: -1, 9: 1} {
		r, err := bucket.Get(t.Context(), "a", offset, length)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, r)
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got := reads.now().since(before); got != (read{2, 7}) {
		t.Errorf("%+v", got)
	}
}
