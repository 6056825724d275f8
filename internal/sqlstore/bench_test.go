package sqlstore_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/afterimage/afterimage/internal/sqlstore"
	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay"
)

const (
	benchGroup = 64 // batches of one commit, each of another session
	benchBase  = 1_760_000_000_000
)

// benchmarks commits groups to a store that holds rows batches already.
func benchmarkCommit(b *testing.B, s *sqlstore.Store, rows int) {
	const batchesPerSession = 120 // ten minutes
	sessions := max(benchGroup, rows/batchesPerSession/benchGroup*benchGroup)
	for n := range sessions {
		claim := replay.Claim{SessionID: benchSession(n), ProjectID: "p", WrappedKey: make([]byte, 60), ClaimedAt: benchBase}
		if _, err := s.Claim(b.Context(), claim); err != nil {
			b.Fatal(err)
		}
	}
	next := 0
	group := func() []replay.Commit {
		commits := make([]replay.Commit, 0, benchGroup)
		for range benchGroup {
			commits = append(commits, benchCommit(next%sessions, int64(next/sessions)))
			next++
		}
		return commits
	}
	commit := func() {
		verdicts, err := s.Commit(b.Context(), group())
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range verdicts {
			if v != replay.Stored {
				b.Fatalf("verdict %d", v)
			}
		}
	}
	for next < rows {
		commit()
	}
	b.ResetTimer()
	for b.Loop() {
		commit()
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*benchGroup), "µs/batch")
}

func benchSession(n int) string { return fmt.Sprintf("0199d8c0-0000-7000-8000-%012d", n) }

func benchCommit(session int, seq int64) replay.Commit {
	at := benchBase + seq*5_000
	c := replay.Commit{Batch: replay.Batch{
		SessionID: benchSession(session), TabID: "0199d8c0-0000-7000-9000-000000000001", Seq: seq,
		Hash: sha256.Sum256(fmt.Append(nil, session, seq)), Pack: fmt.Sprintf("packs/0199d8c0-writer-%06d", seq/100),
		Offset: seq * 6_000, Length: 6_000, RawBytes: 45_000, Events: 60, FirstAt: at, LastAt: at + 5_000, ReceivedAt: at + 5_100,
		Moments: []replay.Moment{{At: at, Kind: "click", Label: "Add to basket", Selector: "#basket > button", Data: json.RawMessage(`{"x":1}`)}},
	}}
	c.Summary = replay.Summary{Counts: replay.Counts{Clicks: 1}, ActiveMs: 3_000, FirstActiveAt: at + 100, LastActiveAt: at + 4_000}
	if seq%10 == 0 {
		c.Summary.Pages = []replay.Page{{At: at, Tab: c.Batch.TabID, URL: fmt.Sprintf("https://shop.example.com/products/%d", seq), Title: "Product"}}
	}
	return c
}

// BenchmarkCommit is one group commit of 64 batches of 64 sessions, on an empty index and
// on one that has grown.
func BenchmarkCommit(b *testing.B) {
	for _, rows := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("sqlite/rows=%d", rows), func(b *testing.B) {
			benchmarkCommit(b, openSQLite(b), rows)
		})
		b.Run(fmt.Sprintf("postgres/rows=%d", rows), func(b *testing.B) {
			benchmarkCommit(b, openPostgres(b, testenv.Postgres(b)), rows)
		})
	}
}
