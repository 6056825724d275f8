package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob/mem"
	"github.com/afterimage/afterimage/replay/segment"
)

// service is a real service over a real database.
func service(t *testing.T) (*replay.Service, *sqlstore.Store, string) {
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
	s, err := replay.NewService(replay.Options{Store: store, Bucket: mem.New(), Keys: segment.NewKeyring([32]byte{1}), Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, store, project.ID
}

// from gives so many events a second apart, of the windows in turn, and then an error.
func from(start int64, events int, err error, windows ...string) func(importer.Sink) error {
	return func(sink importer.Sink) error {
		for i := range events {
			at := start + int64(i)*1000
			raw := fmt.Sprintf(`{"type":3, "timestamp":%d,"data":{"source":3,"y":%d}}`, at, i)
			if err := sink(importer.Event{Raw: []byte(raw), Type: 3, At: at, Window: windows[i%len(windows)]}); err != nil {
				return err
			}
		}
		return err
	}
}

func TestLoadMakesASessionWithATabPerWindow(t *testing.T) {
	s, store, project := service(t)
	const start = 1_600_000_000_123
	got, err := Load(t.Context(), s, time.Now, Recording{
		ProjectID: project, Meta: json.RawMessage(`{"user":{"id":"u-1"},"release":"1.2"}`), Client: replay.Client{Browser: "Firefox"},
		Read: from(start, 60, nil, "a", "b"),
	})
	if err != nil || got.Events != 60 || got.RawBytes == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	id, err := uuid.Parse(got.Session)
	if err != nil || id.Version() != 7 {
		t.Fatalf("the id %s is no UUIDv7: %v", got.Session, err)
	}
	if sec, nsec := id.Time().UnixTime(); sec*1000+nsec/1e6 != start {
		t.Errorf("the id's time is %d.%d, not that of the first event", sec, nsec)
	}
	session, err := s.Session(t.Context(), project, got.Session)
	if err != nil {
		t.Fatal(err)
	}
	if session.StartedAt != start || session.Events != 60 || session.User.ID != "u-1" || session.Release != "1.2" || session.Client.Browser != "Firefox" || session.ClockOffsetMs != 0 {
		t.Errorf("session: %+v", session)
	}
	batches, err := store.Batches(t.Context(), got.Session)
	if err != nil {
		t.Fatal(err)
	}
	tabs := map[string]int{}
	for _, b := range batches {
		tabs[b.TabID]++
		if b.LastAt-b.FirstAt >= batchSpanMs {
			t.Errorf("a batch spans %d ms", b.LastAt-b.FirstAt)
		}
	}
	if len(tabs) != 2 || len(batches) < 20 {
		t.Errorf("%d batches in tabs %v", len(batches), tabs)
	}
}

func TestLoadCutsLargeBatches(t *testing.T) {
	s, store, project := service(t)
	got, err := Load(t.Context(), s, time.Now, Recording{ProjectID: project, Read: func(sink importer.Sink) error {
		raw := []byte(`{"type":3,"timestamp":1000,"data":"` + strings.Repeat("x", 100<<10) + `"}`)
		for range 7 {
			if err := sink(importer.Event{Raw: raw, Type: 3, At: 1000}); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	batches, err := store.Batches(t.Context(), got.Session)
	if err != nil || len(batches) != 4 {
		t.Errorf("%d batches, want 2 events in each of 4 (%v)", len(batches), err)
	}
}

func TestLoadLeavesNothingOfWhatFailed(t *testing.T) {
	s, store, project := service(t)
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	for name, read := range map[string]func(importer.Sink) error{
		"at once":     from(1000, 0, broken, ""),
		"in the end":  from(1000, 100, broken, ""),
		"interrupted": func(sink importer.Sink) error { defer cancel(); return from(1000, 100, context.Canceled, "")(sink) },
	} {
		_, err := Load(ctx, s, time.Now, Recording{ProjectID: project, Read: read})
		if !errors.Is(err, broken) && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	left, err := store.Sessions(t.Context(), replay.SessionFilter{Limit: 10})
	if err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

// noErase cannot erase. Everything else is the real service.
type noErase struct{ *replay.Service }

func (noErase) Erase(context.Context, string, string) error { return replay.ErrBusy }

func TestLoadTellsWhatItCouldNotUndo(t *testing.T) {
	s, store, project := service(t)
	_, err := Load(t.Context(), noErase{s}, time.Now, Recording{ProjectID: project, Read: from(1000, 100, errors.New("broken"), "")})
	left, listErr := store.Sessions(t.Context(), replay.SessionFilter{Limit: 10})
	if listErr != nil || len(left) != 1 {
		t.Fatalf("left: %+v, %v", left, listErr)
	}
	if !errors.Is(err, ErrHalfLoaded) || !strings.Contains(err.Error(), left[0].ID) {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefusesTooManyWindows(t *testing.T) {
	s, _, project := service(t)
	windows := make([]string, tabsMax+1)
	for i := range windows {
		windows[i] = fmt.Sprint(i)
	}
	_, err := Load(t.Context(), s, time.Now, Recording{ProjectID: project, Read: from(1000, len(windows), nil, windows...)})
	if err == nil || !strings.Contains(err.Error(), "windows") {
		t.Errorf("got %v", err)
	}
}
