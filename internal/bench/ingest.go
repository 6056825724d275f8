package bench

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// inFlightMax bounds requests that wait for an answer. One that is due beyond it is
	// counted as skipped: the driver does not wait, or it would hide that the service does.
	inFlightMax = 1024
	// requestTimeout is longer than any answer a recorder would wait for.
	requestTimeout = 30 * time.Second
	// goneAfter is how long nothing but failing connections may come before the target
	// counts as gone.
	goneAfter = time.Second
	// aheadMax is how many batches are made before they are due, so that making them does
	// not delay sending.
	aheadMax = 64
)

// Load says what to send.
type Load struct {
	Target     string // base URL of the service
	Key        string // the project's public key
	Rate       float64
	Duration   time.Duration
	Sessions   int
	BatchBytes int // packed
	Seed       uint64
	Ledger     string // path; empty: none is kept
}

// Summary is what came of it. Latencies are in milliseconds, from when a batch was due
// until its answer was read, of acknowledged batches.
type Summary struct {
	Sent    int64            `json:"sent"`
	Acked   int64            `json:"acked"` // and, with a ledger, in it
	Skipped int64            `json:"skipped"`
	Errors  map[string]int64 `json:"errors"` // by problem or status, or "connection"
	Bytes   int64            `json:"bytes"`  // of the bodies sent
	Events  int64            `json:"events"` // in acknowledged batches
	Seconds float64          `json:"seconds"`
	Rate    float64          `json:"rate"` // acknowledged batches per second
	P50     float64          `json:"p50"`
	P95     float64          `json:"p95"`
	P99     float64          `json:"p99"`
	Max     float64          `json:"max"`
}

// Ingest sends batches at a fixed rate until the time is over, ctx ends or the target
// is gone (then the error wraps [ErrGone], with a summary of what was before).
func Ingest(ctx context.Context, load Load) (Summary, error) {
	d := &driver{Load: load, summary: Summary{Errors: map[string]int64{}}, lastAnswer: time.Now()}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = inFlightMax, inFlightMax
	d.client = &http.Client{Transport: transport, Timeout: requestTimeout}
	defer transport.CloseIdleConnections()
	if load.Ledger != "" {
		var err error
		if d.ledger, err = newLedger(load.Ledger); err != nil {
			return Summary{}, err
		}
	}
	started := time.Now()
	err := d.run(ctx, started)
	d.summary.Seconds = time.Since(started).Seconds()
	if d.ledger != nil {
		written, ledgerErr := d.ledger.close()
		d.summary.Acked = written
		err = errors.Join(err, ledgerErr)
	}
	d.sumUp()
	return d.summary, err
}

// driver is one run of Ingest.
type driver struct {
	Load
	client *http.Client
	ledger *ledger

	mu         sync.Mutex
	summary    Summary
	latencies  []float64
	lastAnswer time.Time // when anything was answered last, or the run began
	refused    bool      // connections failed since
}

// run sends each batch when it is due: the i-th at i/rate, whatever became of the others.
func (d *driver) run(ctx context.Context, started time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made, failed := d.make(ctx)
	inFlight := make(chan struct{}, inFlightMax)
	var all sync.WaitGroup
	defer all.Wait()
	due := time.NewTimer(0)
	defer due.Stop()
	for i := 0; ; i++ {
		after := time.Duration(float64(i) / d.Rate * float64(time.Second))
		if after >= d.Duration {
			return nil
		}
		at := started.Add(after)
		due.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return nil
		case <-due.C:
		}
		if d.gone() {
			return fmt.Errorf("%s: %w", d.Target, ErrGone)
		}
		var b batch
		select {
		case b = <-made:
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
		select {
		case inFlight <- struct{}{}:
			all.Go(func() {
				defer func() { <-inFlight }()
				d.send(b, at)
			})
		default:
			d.mu.Lock()
			d.summary.Skipped++
			d.mu.Unlock()
		}
	}
}

// make generates batches ahead of time, of each session in turn.
func (d *driver) make(ctx context.Context) (<-chan batch, <-chan error) {
	made, failed := make(chan batch, aheadMax), make(chan error, 1)
	go func() {
		// Each session's time goes as fast as the clock, so that none runs into the future.
		g := newGenerator(d.BatchBytes, time.Duration(float64(d.Sessions)/d.Rate*float64(time.Second)))
		sessions, begun := make([]*session, d.Sessions), uint64(0)
		for i := 0; ; i = (i + 1) % len(sessions) {
			if sessions[i] == nil || sessions[i].seq == batchesPerSession {
				sessions[i] = newSession(d.Seed+begun, time.Now())
				begun++
			}
			b, err := g.next(sessions[i])
			if err != nil {
				failed <- err
				return
			}
			select {
			case made <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return made, failed
}

// gone tells whether nothing but failing connections came for a while.
func (d *driver) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused && time.Since(d.lastAnswer) > goneAfter
}

// send posts one batch and notes what became of it. It does not end with the run, so
// that every batch that was sent has its answer.
func (d *driver) send(b batch, due time.Time) {
	url := strings.TrimSuffix(d.Target, "/") + "/ingest/v1/" + d.Key + "/" + b.session + "/" + b.tab + "/" + strconv.FormatInt(b.seq, 10)
	status, problem, err := d.post(url, b.body)
	now := time.Now()
	d.mu.Lock()
	d.summary.Sent++
	d.summary.Bytes += int64(len(b.body))
	if err != nil {
		d.refused = true
		d.summary.Errors["connection"]++
		d.mu.Unlock()
		return
	}
	d.lastAnswer, d.refused = now, false
	if status != http.StatusOK {
		d.summary.Errors[problem]++
		d.mu.Unlock()
		return
	}
	ms := float64(now.Sub(due).Microseconds()) / 1000
	d.latencies = append(d.latencies, ms)
	d.summary.Acked++
	d.summary.Events += int64(b.events)
	d.mu.Unlock()
	if d.ledger != nil {
		d.ledger.add(Entry{Session: b.session, Tab: b.tab, Seq: b.seq, SHA256: hex.EncodeToString(b.hash[:]), At: now.UnixMilli(), Ms: ms})
	}
}

// post returns the status and, if it is not 200, what the answer calls its problem.
func (d *driver) post(url string, body []byte) (status int, problem string, err error) {
	answer, err := d.client.Post(url, "text/plain", bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return 0, "", err
	}
	if answer.StatusCode != http.StatusOK {
		var p struct{ Type string }
		problem = strconv.Itoa(answer.StatusCode)
		if json.Unmarshal(text, &p) == nil && p.Type != "" {
			problem += " " + p.Type[strings.LastIndexByte(p.Type, '/')+1:]
		}
	}
	return answer.StatusCode, problem, nil
}

// sumUp makes the numbers that are taken over all batches.
func (d *driver) sumUp() {
	slices.Sort(d.latencies)
	s := &d.summary
	s.P50, s.P95, s.P99, s.Max = quantile(d.latencies, 0.5), quantile(d.latencies, 0.95), quantile(d.latencies, 0.99), quantile(d.latencies, 1)
	if s.Seconds > 0 {
		s.Rate = float64(s.Acked) / s.Seconds
	}
}

// quantile is the nearest-rank quantile of sorted values; 0 of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[max(0, rank)]
}
