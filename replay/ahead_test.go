package replay_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/mem"
)

// slowBucket is a bucket in memory whose reads of packs wait for company, or for a while.
type slowBucket struct {
	blob.Bucket
	mu    sync.Mutex
	reads int // going on
	most  int
	total int
}

func (b *slowBucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if strings.HasPrefix(key, "packs/") {
		b.mu.Lock()
		b.reads++
		b.total++
		b.most = max(b.most, b.reads)
		b.mu.Unlock()
		defer func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.reads--
		}()
		time.Sleep(5 * time.Millisecond) // a round trip, which is what this is about
	}
	return b.Bucket.Get(ctx, key, offset, length)
}

// TestReadAhead plays a live session from an object store that answers slowly: batches are on their way several at a
// time, in order, and none that the window does not need.
func TestReadAhead(t *testing.T) {
	bucket := &slowBucket{Bucket: mem.New()}
	h := newHouse(t, "", bucket)
	id, tab := newID(), newID()
	var want []string
	for seq := range int64(40) {
		at := base + seq*5000
		evs := []string{moveEvent(at), moveEvent(at + 1)}
		if seq == 0 {
			evs = []string{metaEvent(at, "u"), snapshotEvent(at)}
		}
		h.mustUpload(id, tab, seq, evs...)
		want = append(want, evs...)
	}
	wantEvents(t, h.events(id, replay.EventQuery{TabID: tab}), want)
	if bucket.most < 4 || bucket.most > 8 || bucket.total != 40 {
		t.Errorf("%d reads, up to %d at once", bucket.total, bucket.most)
	}
	bucket.total = 0
	wantEvents(t, h.events(id, replay.EventQuery{TabID: tab, From: base + 50_000, To: base + 60_000}), want[20:24])
	if bucket.total != 2 {
		t.Errorf("%d batches read for a window of two", bucket.total)
	}
	bucket.total = 0
	if got := h.events(id, replay.EventQuery{TabID: tab, From: base + 50_000, To: base + 51_000, Keyframe: true}); len(got) < 4 || bucket.total > 18 {
		t.Errorf("%d events of %d batches", len(got), bucket.total)
	}
}
