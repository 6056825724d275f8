package httpapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/afterimage/afterimage/replay"
)

// outboxTimeout bounds the one query that a scrape makes.
const outboxTimeout = 2 * time.Second

// metrics are the numbers of this package. Labels are route patterns, status codes and
// fixed words: no id and no content.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	batches  *prometheus.CounterVec
	bytes    prometheus.Counter
	ingest   prometheus.Histogram
	live     prometheus.Gauge
}

func newMetrics(r prometheus.Registerer, outbox replay.Outbox, now func() time.Time) (*metrics, error) {
	quick := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "afterimage_http_requests_total",
			Help: "Requests answered, by route pattern and status code."}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "afterimage_http_request_seconds",
			Help: "Time to the answer (of a stream: to its beginning), by route pattern.", Buckets: quick}, []string{"route"}),
		batches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "afterimage_ingest_batches_total",
			Help: "Uploads, by result: stored, duplicate, refused (the sender's fault) or failed (ours)."}, []string{"result"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "afterimage_ingest_bytes_total",
			Help: "Bytes of uploads as they came, those refused included."}),
		ingest: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "afterimage_ingest_seconds",
			Help: "Time from an upload's last byte to its answer.", Buckets: quick}),
		live: prometheus.NewGauge(prometheus.GaugeOpts{Name: "afterimage_live_streams", Help: "Live streams open."}),
	}
	all := []prometheus.Collector{m.requests, m.seconds, m.batches, m.bytes, m.ingest, m.live, newOutboxCollector(outbox, now),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})}
	for _, c := range all {
		// Who wires the process may have registered the Go statistics already.
		err := r.Register(c)
		if _, there := errors.AsType[prometheus.AlreadyRegisteredError](err); err != nil && !there {
			return nil, fmt.Errorf("http: register metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) request(route string, code int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(code)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) ingested(duplicate bool, err error, size int, took time.Duration) {
	result := "stored"
	switch {
	case err != nil && problemFor(err).Status >= 500:
		result = "failed"
	case err != nil:
		result = "refused"
	case duplicate:
		result = "duplicate"
	}
	m.batches.WithLabelValues(result).Inc()
	m.bytes.Add(float64(size))
	m.ingest.Observe(took.Seconds())
}

// outboxCollector asks the outbox when it is scraped, so that the numbers are of now.
type outboxCollector struct {
	outbox                   replay.Outbox
	now                      func() time.Time
	pending, failing, oldest *prometheus.Desc
}

func newOutboxCollector(outbox replay.Outbox, now func() time.Time) *outboxCollector {
	describe := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &outboxCollector{outbox: outbox, now: now,
		pending: describe("afterimage_outbox_pending", "Changed sessions that the search index does not know yet."),
		failing: describe("afterimage_outbox_failing", "Of these, those tried in vain at least once."),
		oldest:  describe("afterimage_outbox_oldest_seconds", "Age of the oldest change that waits; 0 if none."),
	}
}

// Describe implements [prometheus.Collector].
func (o *outboxCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- o.pending
	ch <- o.failing
	ch <- o.oldest
}

// Collect implements [prometheus.Collector].
func (o *outboxCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), outboxTimeout)
	defer cancel()
	state, err := o.outbox.OutboxState(ctx)
	if err != nil {
		return // the other numbers must not be lost with the database; readyz tells that it is down
	}
	age := 0.0
	if state.OldestAt > 0 {
		age = max(0, o.now().Sub(time.UnixMilli(state.OldestAt)).Seconds())
	}
	ch <- prometheus.MustNewConstMetric(o.pending, prometheus.GaugeValue, float64(state.Pending))
	ch <- prometheus.MustNewConstMetric(o.failing, prometheus.GaugeValue, float64(state.Failing))
	ch <- prometheus.MustNewConstMetric(o.oldest, prometheus.GaugeValue, age)
}
