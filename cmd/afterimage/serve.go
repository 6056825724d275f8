package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/afterimage/afterimage/internal/geoip"
	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/internal/worker"
	recorderjs "github.com/afterimage/afterimage/recorder-js"
	"github.com/afterimage/afterimage/ui"
)

// metricsReadTimeout is for the few bytes of a request from the operator's own network.
const metricsReadTimeout = 5 * time.Second

var serveCommand = &command{
	name: "serve", group: groupService, most: 0, stores: true, serves: true,
	summary: "Run the service: ingest, API, web app and background work",
	detail: `Without flags everything is kept in ./data and nothing else is needed. SIGTERM or Ctrl-C ends it: open
requests are answered, uploads stored; a second signal ends it at once, which loses nothing that was
acknowledged either.

  afterimage serve --demo
  afterimage serve --addr :8080 --public-url https://replay.example.com --data /var/lib/afterimage`,
	run: runServe,
}

func runServe(ctx context.Context, c *call) error {
	s, err := openStores(ctx, c)
	if err == nil {
		err = errors.Join(s.serve(ctx, c), s.Close())
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // told to stop before it had started
	}
	return err
}

// serve runs until ctx ends, which a signal does, or until a listener fails.
func (s *stores) serve(ctx context.Context, c *call) error {
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return listenError("--addr", c.addr, err)
	}
	url := c.publicURL
	if url == "" {
		url = "http://" + reachable(listener.Addr().String())
	}
	site, err := s.demoSite(ctx, c, url)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server, err := s.server(c, site)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	metricsAddr, stopMetrics, err := serveMetrics(c.metricsAddr, server.MetricsHandler())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer stopMetrics()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	var work sync.WaitGroup
	work.Go(func() { s.worker.Run(background) })
	work.Go(func() { s.rebuilder.Run(background) })
	// A signal that comes now ends the service in order, as one that comes later does.
	begun := context.WithoutCancel(ctx)
	if err = s.welcome(begun, c, url, metricsAddr); err == nil && c.demo {
		err = s.loadDemo(begun)
	}
	if err == nil {
		select {
		case err = <-failed:
		case <-ctx.Done():
		}
	}
	return errors.Join(err, s.drainServer(server, stopBackground, &work))
}

// drainServer ends a service in order: no more requests, no more background work. The
// uploads that are queued are stored when the stores are closed. A second signal ends
// the process meanwhile: what was acknowledged is durable.
func (s *stores) drainServer(server *httpapi.Server, stopBackground func(), work *sync.WaitGroup) error {
	s.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), s.config.drainTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	stopBackground()
	work.Wait()
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests were cut off", "after", s.config.drainTimeout)
		return nil
	}
	return err
}

// server builds the HTTP side over the stores.
func (s *stores) server(c *call, site *httpapi.Demo) (*httpapi.Server, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	recorder, err := recorderScript()
	if err != nil {
		s.log.Warn("sites cannot be recorded by this build", "error", err)
	}
	var country func(netip.Addr) string
	if c.geoipFile != "" {
		countries, err := geoip.Open(c.geoipFile, s.now, s.log)
		if err != nil {
			return nil, fmt.Errorf("--geoip-file: %w", err)
		}
		country = countries.Country
	}
	server, err := httpapi.New(httpapi.Deps{
		Replay: s.replay, Sessions: s.sql, Outbox: s.sql, Feedback: s.sql, Accounts: s.sql, Auth: s.auth,
		Index: s.index, Suggest: s.index, Saved: s.sql, Rebuild: rebuilder{s.rebuilder}, Bucket: s.bucket, Country: country,
		UI: ui.FS(), Recorder: recorder, Demo: site,
		Config: httpapi.Config{
			PublicURL: c.publicURL, CountryHeader: c.countryHeader, TrustedProxies: c.trustedProxies, Version: versionName(),
		},
		Now: s.now, Log: s.log, Metrics: registry,
	})
	if err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	return server, nil
}

// rebuilder gives the API the worker's own.
type rebuilder struct{ *worker.Rebuilder }

func (r rebuilder) State() httpapi.RebuildState { return httpapi.RebuildState(r.Rebuilder.State()) }

func recorderScript() (httpapi.Recorder, error) {
	script, err := recorderjs.Script()
	if err != nil {
		return httpapi.Recorder{}, err
	}
	hash, err := recorderjs.Hash()
	return httpapi.Recorder{Script: script, Hash: hash}, err
}

// serveMetrics serves metrics and profiles on an address of their own.
func serveMetrics(address string, metrics http.Handler) (at string, stop func(), err error) {
	if address == "off" {
		return "", func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, listenError("--metrics-addr", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: metricsReadTimeout}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return listener.Addr().String(), func() { _ = server.Close() }, nil
}

// listenError says what to do about an address that cannot be had.
func listenError(flag, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s already; choose another address with %s", address, flag)
	}
	return fmt.Errorf("listen on %s: %w", address, err)
}

// welcome prints for a person where everything is.
func (s *stores) welcome(ctx context.Context, c *call, url, metricsAddr string) error {
	token, err := s.auth.FirstAdminLink(ctx)
	if err != nil {
		return err
	}
	c.say("\nAfterimage %s is ready at %s\n", versionName(), url)
	if token != "" {
		c.say("  Sign in     %s\n              (this link works once; it is printed at each start until somebody has a password)", loginLink(url, token))
	}
	if c.demo {
		c.say("  Demo shop   %s/demo/", url)
	}
	c.say("  Kept in     %s", s.places())
	if metricsAddr != "" {
		c.say("  Metrics     http://%s/metrics", metricsAddr)
	}
	c.say("")
	return nil
}

// places says in one line where the data lies.
func (s *stores) places() string {
	folder, err := filepath.Abs(s.config.data)
	if err != nil {
		folder = s.config.data
	}
	var elsewhere []string
	for _, e := range []struct{ url, name string }{
		{s.config.databaseURL, "PostgreSQL"}, {s.config.objectStore, "the object store"}, {s.config.searchURL, "Meilisearch"},
	} {
		if e.url != "" {
			elsewhere = append(elsewhere, e.name)
		}
	}
	switch len(elsewhere) {
	case 0:
		return folder
	case 3:
		return strings.Join(elsewhere, ", ")
	}
	return strings.Join(elsewhere, ", ") + ", the rest in " + folder
}

func loginLink(url, token string) string {
	return strings.TrimSuffix(url, "/") + "/login?token=" + token
}
