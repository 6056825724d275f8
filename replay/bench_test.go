package replay_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob/fs"
	"github.com/afterimage/afterimage/replay/segment"
)

// benchService is a service on SQLite and a folder.
func benchService(b *testing.B) *replay.Service {
	b.Helper()
	store, err := sqlstore.Open(b.Context(), sqlstore.Options{Folder: b.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	if err := store.CreateProject(b.Context(), account.Project{ID: "shop", Name: "Shop", PublicKey: "pk", SiteOrigins: []string{}}); err != nil {
		b.Fatal(err)
	}
	bucket, err := fs.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	svc, err := replay.NewService(replay.Options{Store: store, Bucket: bucket, Keys: segment.NewKeyring([32]byte{9}),
		Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = svc.Close(b.Context()) })
	return svc
}

// benchBody is a batch of about 160 KiB of events, 20 KiB with gzip.
func benchBody(b *testing.B) []byte {
	b.Helper()
	at := time.Now().UnixMilli()
	var events strings.Builder
	for i := 0; events.Len() < 160<<10; i++ {
		fmt.Fprintf(&events, `,{"type":3,"timestamp":%d,"data":{"source":0,"texts":[{"id":%d,"value":"%x 원"}],"attributes":[{"id":%d,"attributes":{"class":"row selected","style":"width: %dpx"}}],"removes":[],"adds":[{"parentId":12,"nextId":null,"node":{"type":2,"tagName":"div","attributes":{"class":"cell price"},"childNodes":[],"id":%d}}]}}`,
			at+int64(i), i, i*2654435761, i*7%900, i*3%1000, i+1000)
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fprintf(w, `{"secret":%q,"sentAt":%d,"events":[%s]}`, secret, at, events.String()[1:]); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkIngest stores batches durably from 64 writers at once, each with sessions of its own.
func BenchmarkIngest(b *testing.B) {
	svc, body := benchService(b), benchBody(b)
	const perSession = 120 // ten minutes of a recorder
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	b.SetParallelism(32) // times GOMAXPROCS, which is 2 on the machine of the figures
	var failed atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		id, tab, seq := newID(), newID(), int64(0)
		for pb.Next() {
			if seq == perSession {
				id, tab, seq = newID(), newID(), 0
			}
			_, err := svc.Ingest(b.Context(), replay.Upload{ProjectID: "shop", SessionID: id, TabID: tab, Seq: seq, Body: body, ReceivedAt: time.Now().UnixMilli()})
			if err != nil {
				failed.Add(1)
			}
			seq++
		}
	})
	if n := failed.Load(); n > 0 {
		b.Fatalf("%d uploads failed", n)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "batches/s")
}
