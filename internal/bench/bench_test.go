package bench

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/segment"
)

func newService(t *testing.T) (*replay.Service, *sqlstore.Store, account.Project) {
	return newServiceOn(t, mem.New())
}

func newServiceOn(t *testing.T, bucket blob.Bucket) (*replay.Service, *sqlstore.Store, account.Project) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Folder: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	project, err := account.EnsureDefaults(t.Context(), store, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s, err := replay.NewService(replay.Options{Store: store, Bucket: bucket, Keys: segment.NewKeyring([32]byte{1}), Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, store, project
}

func upload(project string, b *batch) replay.Upload {
	return replay.Upload{ProjectID: project, SessionID: b.session, TabID: b.tab, Seq: b.seq, Body: b.body, ReceivedAt: time.Now().UnixMilli()}
}

func TestBatchesAreTakenAndHaveTheHashAndSizeThatTheySay(t *testing.T) {
	s, store, project := newService(t)
	g := newGenerator(20<<10, time.Second)
	one, size := newSession(1, time.Now()), 0
	const batches = 20
	for range batches {
		b, err := g.next(one)
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := s.Ingest(t.Context(), upload(project.ID, &b))
		if err != nil || receipt.Events != b.events || receipt.Duplicate {
			t.Fatalf("batch %d: %+v, %v", b.seq, receipt, err)
		}
		row, err := store.Batch(t.Context(), b.session, b.tab, b.seq)
		if err != nil || row.Hash != b.hash {
			t.Fatalf("batch %d: the hash differs (%v)", b.seq, err)
		}
		size += len(b.body)
		if row.LastAt >= one.at || row.FirstAt < one.at-1000 {
			t.Fatalf("batch %d covers %d to %d, wanted the second before %d", b.seq, row.FirstAt, row.LastAt, one.at)
		}
	}
	if average := size / batches; average < 15<<10 || average > 26<<10 {
		t.Errorf("a batch has %d bytes on average, about 20480 were asked for", average)
	}
}

func TestContentDependsOnTheSeedAlone(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	content := func(seed uint64) string {
		g := newGenerator(4<<10, time.Second)
		if _, err := g.next(newSession(seed, now)); err != nil {
			t.Fatal(err)
		}
		return g.events.String()
	}
	first, again, other := content(1), content(1), content(2)
	if first != again || first == other {
		t.Error("the same seed gives other content, or another one the same")
	}
}

func TestVerifySeesWhatIsMissingAlteredAndDoubled(t *testing.T) {
	s, _, project := newService(t)
	g, one := newGenerator(2<<10, time.Second), newSession(1, time.Now())
	var lines []string
	for range 4 {
		b, err := g.next(one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ingest(t.Context(), upload(project.ID, &b)); err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal(Entry{Session: b.session, Tab: b.tab, Seq: b.seq, SHA256: hex.EncodeToString(b.hash[:])})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line)+"\n")
	}
	good := strings.Join(lines, "")
	tests := []struct {
		name, ledger              string
		stored                    Stored
		missing, altered, doubled int64
	}{
		{"good", good, s, 0, 0, 0},
		{"a line that was cut off", good + `{"session":"`, s, 0, 0, 0},
		{"a batch that is not there", good + strings.ReplaceAll(lines[0], `"seq":0`, `"seq":77`), s, 1, 0, 0},
		{"a session that is not there", strings.ReplaceAll(good, one.id, newID()), s, 4, 0, 0},
		{"another content", strings.Replace(good, lines[1][len(lines[1])-60:len(lines[1])-40], strings.Repeat("0", 20), 1), s, 0, 1, 0},
		{"a store that gives batches twice", good, &doubling{s}, 0, 0, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := int64(0)
			got, err := Verify(t.Context(), strings.NewReader(tt.ledger), tt.stored, func(Finding) { said++ })
			if err != nil {
				t.Fatal(err)
			}
			if got.Missing != tt.missing || got.Altered != tt.altered || got.Doubled != tt.doubled {
				t.Errorf("%+v, want %d missing, %d altered, %d doubled", got, tt.missing, tt.altered, tt.doubled)
			}
			if wrong := tt.missing + tt.altered + tt.doubled; said != wrong || got.OK() != (wrong == 0) {
				t.Errorf("%d findings told, OK is %v", said, got.OK())
			}
		})
	}
	if _, err := Verify(t.Context(), strings.NewReader("{}\n"), s, func(Finding) {}); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a file that is no ledger: %v", err)
	}
}

// doubling gives every batch twice, as a faulty store would.
type doubling struct{ *replay.Service }

func (d *doubling) BatchesAfter(ctx context.Context, s *replay.Session, tab string, after int64, yield func(int64, []byte) error) error {
	return d.Service.BatchesAfter(ctx, s, tab, after, func(seq int64, events []byte) error {
		return errors.Join(yield(seq, events), yield(seq, events))
	})
}

func TestIngestKeepsItsRateWhateverTheAnswers(t *testing.T) {
	var requests atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch n := requests.Add(1); {
		case n%10 == 0:
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"type":"https://afterimage.dev/problems/busy","title":"Busy"}`)
		case n == 5:
			<-r.Context().Done() // one that is never answered holds up nobody
		}
	}))
	defer target.Close()
	ledger := filepath.Join(t.TempDir(), "ledger")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for requests.Load() < 40 && ctx.Err() == nil {
			<-time.After(time.Millisecond)
		}
		target.CloseClientConnections()
	}()
	got, err := Ingest(ctx, Load{Target: target.URL, Key: "k", Rate: 100, Duration: 500 * time.Millisecond, Sessions: 3, BatchBytes: 500, Ledger: ledger})
	if err != nil {
		t.Fatal(err)
	}
	if got.Sent != 50 || got.Errors["503 busy"] == 0 || got.Acked == 0 || got.P50 <= 0 || got.Max < got.P99 {
		t.Errorf("%+v", got)
	}
	f, err := os.Open(ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := int64(0)
	if err := ReadLedger(f, func(Entry) error { lines++; return nil }); err != nil || lines != got.Acked {
		t.Errorf("%d lines in the ledger, %d acknowledged, %v", lines, got.Acked, err)
	}
}

func TestIngestStopsWhenTheTargetIsGone(t *testing.T) {
	target := httptest.NewServer(http.NotFoundHandler())
	target.Close()
	started := time.Now()
	_, err := Ingest(t.Context(), Load{Target: target.URL, Key: "k", Rate: 50, Duration: time.Minute, Sessions: 1, BatchBytes: 500})
	if !errors.Is(err, ErrGone) || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(started))
	}
}

func TestQuantileIsTheNearestRank(t *testing.T) {
	values := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for q, want := range map[float64]float64{0: 1, 0.5: 5, 0.95: 10, 0.9: 9, 1: 10} {
		if got := quantile(values, q); got != want {
			t.Errorf("quantile %v: %v, want %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("of none")
	}
}
