package httpapi

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/valyala/fasthttp"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/search"
)

// Recordings is what the API needs of recorded sessions; *replay.Service has it.
type Recordings interface {
	Session(ctx context.Context, projectID, id string) (replay.Session, error)
	Tabs(ctx context.Context, s *replay.Session) ([]replay.Tab, error)
	Moments(ctx context.Context, s *replay.Session) ([]replay.Moment, error)
	BatchesAfter(ctx context.Context, s *replay.Session, tabID string, afterSeq int64, yield func(seq int64, events []byte) error) error
	Play(ctx context.Context, s *replay.Session, q replay.EventQuery) (*replay.Playback, error)
	Tag(ctx context.Context, projectID, sessionID string, tags []string) error
	Erase(ctx context.Context, projectID, sessionID string) error
}

// Ingester takes uploads in; *replay.Service has it.
type Ingester interface {
	Ingest(ctx context.Context, u replay.Upload) (replay.Receipt, error)
}

// Replay is both sides of the domain of sessions.
type Replay interface {
	Recordings
	Ingester
}

// Recorder is the built recorder script. An empty Script means that it was not built.
type Recorder struct {
	Script []byte
	Hash   string // of the script, for its immutable name: letters and digits
}

// Config is what an operator can set.
type Config struct {
	// PublicURL is how browsers reach the service ("https://replay.example.com"); empty:
	// taken from each request. An https one makes cookies Secure.
	PublicURL string
	// CountryHeader names the header in which a proxy in front tells the client's country
	// ("CF-IPCountry"); empty: unknown. With TrustedProxies only theirs is believed.
	CountryHeader string
	// TrustedProxies are addresses or CIDR ranges whose X-Forwarded-For and
	// X-Forwarded-Proto are believed.
	TrustedProxies []string
	Version        string
}

// Deps is what a server is made of. All but Demo, Bucket, Country and Metrics are needed.
type Deps struct {
	Replay   Replay
	Sessions replay.SessionStore
	Outbox   replay.Outbox
	Feedback feedback.Store
	Accounts account.Store
	Auth     *auth.Service
	Index    search.Index
	Suggest  search.Suggester
	Saved    search.SavedStore
	Rebuild  Rebuilder
	Bucket   blob.Bucket // asked by /readyz; nil: not asked
	// Country tells the country of an address, ISO 3166-1 alpha-2 in upper case or empty; nil: of none.
	Country func(netip.Addr) string

	UI       fs.FS // the built web app; may lack index.html
	Recorder Recorder
	Demo     *Demo // nil: not mounted

	Config  Config
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *prometheus.Registry // nil: a fresh one
}

// Server answers HTTP. Safe for concurrent use.
type Server struct {
	Deps
	app      *fiber.App
	routes   []route
	openAPI  []byte
	proxies  proxies
	metrics  *metrics
	keys     *keyCache
	static   *static
	recorder *file // nil: not built
	ready    readiness
	pending  pendingCount

	counts *savedCounts

	eventSlots  chan struct{}
	liveSlots   chan struct{}
	exportSlots chan struct{}

	base     context.Context // of all work; ends when Shutdown gives up waiting
	stop     context.CancelFunc
	draining chan struct{} // closed when Shutdown begins
	drain    sync.Once
}

// New makes a server, or says which setting is wrong.
func New(d Deps) (*Server, error) {
	if d.Metrics == nil {
		d.Metrics = prometheus.NewRegistry()
	}
	d.Config.PublicURL = strings.TrimSuffix(d.Config.PublicURL, "/")
	if d.Config.PublicURL != "" {
		if _, err := parseOrigin(d.Config.PublicURL); err != nil {
			return nil, fmt.Errorf("public-url: %w", err)
		}
	}
	trusted, err := parseProxies(d.Config.TrustedProxies)
	if err != nil {
		return nil, err
	}
	document, err := openAPIDocument()
	if err != nil {
		return nil, err
	}
	s := &Server{Deps: d, proxies: trusted, openAPI: document, keys: newKeyCache(d.Accounts, d.Now), static: newStatic(d.UI),
		counts:     newSavedCounts(d.Index, d.Now, d.Log),
		eventSlots: make(chan struct{}, eventStreamsMax), liveSlots: make(chan struct{}, liveStreamsMax),
		exportSlots: make(chan struct{}, exportsMax), draining: make(chan struct{})}
	if len(d.Recorder.Script) > 0 {
		s.recorder = newFile("afterimage.js", d.Recorder.Script)
	}
	s.base, s.stop = context.WithCancel(context.Background())
	if s.metrics, err = newMetrics(d.Metrics, d.Outbox, d.Now); err != nil {
		return nil, err
	}
	s.start()
	return s, nil
}

// start makes the Fiber app and the fasthttp server in it.
func (s *Server) start() {
	s.app = fiber.New(fiber.Config{
		Immutable: true, CaseSensitive: true, StrictRouting: true,
		DisableStartupMessage: true, DisablePreParseMultipartForm: true,
		BodyLimit: ingestBodyBytesMax, ReadBufferSize: headerBytesMax, Concurrency: connectionsMax,
		ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		// No header of a proxy is believed by Fiber; proxy.go decides that.
		EnableTrustedProxyCheck: true,
		ErrorHandler:            s.fail,
	})
	s.mount()
	handle := s.app.Handler()
	s.app.Server().Handler = func(c *fasthttp.RequestCtx) { s.admit(c, handle) }
	s.app.Server().HeaderReceived = bodyLimit
}

// admit answers requests that never get to Fiber: those whose end is not sure, and
// those whose method it does not know, which it would answer in plain text.
func (s *Server) admit(c *fasthttp.RequestCtx, next fasthttp.RequestHandler) {
	if twoLengths(&c.Request.Header) {
		writeProblem(c, problemOf(fiber.StatusBadRequest))
		c.SetConnectionClose()
		return
	}
	for _, m := range fiber.DefaultMethods {
		if string(c.Method()) == m {
			next(c)
			return
		}
	}
	writeProblem(c, problemOf(fiber.StatusNotImplemented))
	c.SetConnectionClose()
}

// twoLengths reports whether a request tells its length in chunks and otherwise too, or
// in chunks that its version of HTTP does not have. fasthttp takes it by its chunks; a
// proxy in front may have seen another end and hide a second request behind it.
func twoLengths(h *fasthttp.RequestHeader) bool {
	const inChunks = -1
	if h.ContentLength() != inChunks {
		return false
	}
	lines := append([]byte("\n"), bytes.ToLower(h.RawHeaders())...)
	return !h.IsHTTP11() || bytes.Contains(lines, []byte("\ncontent-length:"))
}

// bodyLimit lets only ingest send much, and is asked before the body is read.
func bodyLimit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if strings.HasPrefix(string(h.RequestURI()), "/ingest/") {
		return fasthttp.RequestConfig{MaxRequestBodySize: ingestBodyBytesMax}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: apiBodyBytesMax}
}

// Listen serves on a TCP address until Shutdown.
func (s *Server) Listen(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("http: listen: %w", err)
	}
	return s.Serve(ln)
}

// Serve answers what comes in on ln until Shutdown, then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.app.Listener(deadlineListener{ln}); err != nil {
		return fmt.Errorf("http: serve: %w", err)
	}
	return nil
}

// Shutdown stops taking connections, ends live streams and waits for the rest until
// ctx ends, when it cuts them off and returns its error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.drain.Do(func() { close(s.draining) })
	defer s.stop()
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("http: requests still open at shutdown: %w", err)
	}
	return nil
}

// MetricsHandler serves the registry in Prometheus' format, for a listener of its own.
func (s *Server) MetricsHandler() http.Handler {
	return promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})
}

// deadlineListener gives each write of its connections a deadline, so that a client
// that stops reading does not hold a stream for ever.
type deadlineListener struct{ net.Listener }

func (l deadlineListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return deadlineConn{c}, nil
}

type deadlineConn struct{ net.Conn }

func (c deadlineConn) Write(b []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
