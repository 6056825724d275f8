package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/segment"
)

const packPrefix = "packs/"

// packWriter makes batches durable in groups: object first, then the index, then the
// answer. Two stages run side by side, so that while one group is being indexed the next is
// being written.
//
// On a folder there is no timer: whatever waits when the last fsync returns is the next
// group. On an object store each group is a pack of its own, and waits lingerMs for company.
type packWriter struct {
	store  IngestStore
	closer SealStore
	bucket blob.Bucket
	now    func() time.Time
	log    *slog.Logger

	queue   chan *waiting
	waiters *semaphore.Weighted // bytes that wait
	indexed chan group          // written, to be indexed

	mu      sync.RWMutex // held for reading while something is put into queue
	closing bool
	done    chan struct{}

	writerID string
	grows    bool // packs are grown in place
}

// waiting is one batch on its way.
type waiting struct {
	record []byte
	commit Commit
	result chan result // buffered: the writer never waits for the reader
}

type result struct {
	verdict Verdict
	err     error
}

// group is what was written together.
type group struct {
	batches []*waiting
	retired []string // packs that nothing is appended to after this group
}

func newPackWriter(store Store, bucket blob.Bucket, now func() time.Time, log *slog.Logger) *packWriter {
	w := &packWriter{
		store: store, closer: store, bucket: bucket, now: now, log: log,
		queue:   make(chan *waiting, queueBatchesMax),
		waiters: semaphore.NewWeighted(queueBytesMax),
		indexed: make(chan group, 1),
		done:    make(chan struct{}),
		// Time-ordered, so that packs sort by age in a listing.
		writerID: uuid.Must(uuid.NewV7()).String(),
	}
	var writers sync.WaitGroup
	if appender, ok := bucket.(blob.Appender); ok {
		w.grows = true
		writers.Go(func() { (&appending{packWriter: w, bucket: appender}).run() })
	} else {
		var n counter
		for range putsAtOnce {
			writers.Go(func() { w.runPuts(&n) })
		}
	}
	go func() { writers.Wait(); close(w.indexed) }()
	go w.index()
	return w
}

// write puts a batch into the queue and waits until it is stored. If ctx ends first the
// batch may still be stored; sent again it is a duplicate.
func (w *packWriter) write(ctx context.Context, record []byte, c Commit) (Verdict, error) {
	if !w.waiters.TryAcquire(int64(len(record))) {
		return 0, fmt.Errorf("%w: over %d MiB wait to be stored", ErrBusy, queueBytesMax>>20)
	}
	defer w.waiters.Release(int64(len(record)))
	b := &waiting{record: record, commit: c, result: make(chan result, 1)}
	if err := w.enqueue(b); err != nil {
		return 0, err
	}
	select {
	case r := <-b.result:
		return r.verdict, r.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}

func (w *packWriter) enqueue(b *waiting) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closing {
		return fmt.Errorf("%w: shutting down", ErrBusy)
	}
	select {
	case w.queue <- b:
		return nil
	default:
		return fmt.Errorf("%w: over %d batches wait to be stored", ErrBusy, queueBatchesMax)
	}
}

func (w *packWriter) close(ctx context.Context) error {
	w.mu.Lock()
	if !w.closing {
		w.closing = true
		close(w.queue)
	}
	w.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("replay: finishing queued batches: %w", ctx.Err())
	}
}

// gather takes what waits, at most a group. It waits for the first batch, and then as long
// as linger for others. It returns no batch if tick comes first, and more = false once the queue is
// closed and empty.
func (w *packWriter) gather(linger time.Duration, tick <-chan time.Time) (batches []*waiting, more bool) {
	var first *waiting
	select {
	case first, more = <-w.queue:
		if !more {
			return nil, false
		}
	case <-tick:
		return nil, true
	}
	return w.company(first, linger), true
}

// company takes what else may go with the first batch of a group.
func (w *packWriter) company(first *waiting, linger time.Duration) []*waiting {
	batches, size := []*waiting{first}, len(first.record)
	var late <-chan time.Time
	if linger > 0 {
		timer := time.NewTimer(linger)
		defer timer.Stop()
		late = timer.C
	}
	for len(batches) < groupBatchesMax && size < groupBytesMax {
		var b *waiting
		var ok bool
		if late == nil {
			select {
			case b, ok = <-w.queue:
			default:
				return batches
			}
		} else {
			select {
			case b, ok = <-w.queue:
			case <-late:
				return batches
			}
		}
		if !ok {
			return batches
		}
		batches, size = append(batches, b), size+len(b.record)
	}
	return batches
}

// refuse answers batches that could not be written. Nothing was acknowledged, so nothing is lost.
func (w *packWriter) refuse(batches []*waiting, err error) {
	w.log.Error("storing batches failed", "batches", len(batches), "error", err)
	for _, b := range batches {
		b.result <- result{err: fmt.Errorf("%w: %w", ErrBusy, err)}
	}
}

// index is the second stage: it commits groups in the order they were written, and answers.
func (w *packWriter) index() {
	defer close(w.done)
	for g := range w.indexed {
		if len(g.batches) > 0 {
			w.commit(g.batches)
		}
		for _, key := range g.retired {
			if err := w.closer.ClosePacks(context.Background(), key); err != nil {
				w.log.Error("closing a pack failed; it is closed at the next start", "pack", key, "error", err)
			}
		}
	}
}

func (w *packWriter) commit(batches []*waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	commits := make([]Commit, len(batches))
	for i, b := range batches {
		commits[i] = b.commit
	}
	verdicts, err := w.store.Commit(ctx, commits)
	if err == nil && len(verdicts) != len(commits) {
		err = errors.New("another number of verdicts than batches")
	}
	if err != nil {
		w.refuse(batches, fmt.Errorf("replay: index batches: %w", err))
		return
	}
	for i, b := range batches {
		b.result <- result{verdict: verdicts[i]}
	}
}

// runPuts is the first stage on an object store.
func (w *packWriter) runPuts(n *counter) {
	for {
		batches, more := w.gather(lingerMs*time.Millisecond, nil)
		if !more {
			return
		}
		key := fmt.Sprintf("%s%s-%d", packPrefix, w.writerID, n.next())
		body := []byte(segment.PackMagic)
		for _, b := range batches {
			b.place(key, int64(len(body)))
			body = append(body, b.record...)
		}
		if err := w.bucket.Put(context.Background(), key, bytes.NewReader(body), int64(len(body))); err != nil {
			w.refuse(batches, fmt.Errorf("replay: put pack: %w", err))
			continue
		}
		w.indexed <- group{batches: batches}
	}
}

func (b *waiting) place(pack string, offset int64) {
	b.commit.Batch.Pack, b.commit.Batch.Offset, b.commit.Batch.Length = pack, offset, int64(len(b.record))
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n
}

// appending is the first stage on a folder: one pack at a time, grown in place.
type appending struct {
	*packWriter
	bucket blob.Appender

	n        int
	key      string
	file     blob.Writer
	size     int64
	openedAt time.Time
	retired  []string // packs that ended, until a group says so
}

func (a *appending) run() {
	defer a.end()
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		batches, more := a.gather(0, tick.C)
		if !more {
			return
		}
		if a.full() {
			a.end()
		}
		if len(batches) == 0 {
			// A quiet service ends its pack too, so that it can be deleted once its sessions are sealed.
			if len(a.retired) > 0 {
				a.indexed <- group{retired: a.retired}
				a.retired = nil
			}
			continue
		}
		if err := a.append(batches); err != nil {
			// After a failed write or fsync nobody knows what is in the file: it is never
			// written again, and the index does not name what was in this group.
			a.end()
			a.refuse(batches, err)
			continue
		}
		a.indexed <- group{batches: batches, retired: a.retired}
		a.retired = nil
	}
}

func (a *appending) full() bool {
	return a.file != nil && (a.size >= packBytesMax || a.now().Sub(a.openedAt) >= packMsMax*time.Millisecond)
}

// append writes a group and syncs it.
func (a *appending) append(batches []*waiting) error {
	if a.file == nil {
		if err := a.begin(); err != nil {
			return err
		}
	}
	for _, b := range batches {
		b.place(a.key, a.size)
		if _, err := a.file.Write(b.record); err != nil {
			return fmt.Errorf("replay: append to pack: %w", err)
		}
		a.size += int64(len(b.record))
	}
	if err := a.file.Sync(); err != nil {
		return fmt.Errorf("replay: sync pack: %w", err)
	}
	return nil
}

func (a *appending) begin() error {
	a.n++
	key := fmt.Sprintf("%s%s-%d", packPrefix, a.writerID, a.n)
	file, err := a.bucket.Append(context.Background(), key)
	if err != nil {
		return fmt.Errorf("replay: open pack: %w", err)
	}
	if _, err := file.Write([]byte(segment.PackMagic)); err != nil {
		_ = file.Close() // the write error is the one to tell
		return fmt.Errorf("replay: begin pack: %w", err)
	}
	a.key, a.file, a.size, a.openedAt = key, file, int64(len(segment.PackMagic)), a.now()
	return nil
}

// end closes the pack that is open. What it holds is synced already.
func (a *appending) end() {
	if a.file == nil {
		return
	}
	if err := a.file.Close(); err != nil {
		a.log.Warn("closing a pack file failed", "pack", a.key, "error", err)
	}
	a.file, a.retired = nil, append(a.retired, a.key)
}
