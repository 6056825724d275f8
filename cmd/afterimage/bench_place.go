package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/bench"
	"github.com/afterimage/afterimage/internal/demo"
	"github.com/afterimage/afterimage/internal/importer"
)

// benchRecordings reads what the command line names; nothing: the recordings of the demo shop.
func (c *call) benchRecordings(ctx context.Context) ([]bench.Recording, error) {
	if len(c.args) > 0 {
		return bench.ReadRecordings(ctx, c.args)
	}
	var recordings []bench.Recording
	err := demo.LoadSessions(func(d demo.Session) error {
		r := bench.Recording{Name: "demo " + d.Name}
		for _, raw := range d.Events {
			var e struct{ Type, Timestamp int64 }
			if err := errors.Join(json.Unmarshal(raw, &e), r.Add(importer.Event{Raw: raw, Type: e.Type, At: e.Timestamp})); err != nil {
				return fmt.Errorf("read the demo's recording %s: %w", d.Name, err)
			}
		}
		recordings = append(recordings, r)
		return nil
	})
	return recordings, err
}

// benchStores opens stores of their own in a folder, whatever the settings are. Reads of
// objects are counted, if reads is not nil.
func (c *call) benchStores(ctx context.Context, folder string, reads *bench.Reads) (*stores, error) {
	alone := *c
	alone.config = config{data: folder, drainTimeout: time.Second, dictionaryMinSessions: int(c.num(minSessionsFlag))}
	s := &stores{config: alone.config, log: c.log, now: time.Now}
	steps := s.keptSteps(&alone)
	if reads != nil {
		steps = append(steps, func(context.Context) error {
			s.bucket = reads.Of(s.bucket)
			return nil
		})
	}
	return s, s.open(ctx, append(steps, s.openService, s.openIndex, s.firstProject))
}

// benchPlace says where to measure.
func (s *stores) benchPlace(ctx context.Context) (bench.Place, error) {
	project, err := s.project(ctx, "")
	return bench.Place{Service: s.replay, Store: s.sql, Keys: s.keys.ring(), ProjectID: project.ID}, err
}

// withBenchPlace calls fn with an empty service.
func (c *call) withBenchPlace(ctx context.Context, folder string, fn func(*bench.Place) error) error {
	s, err := c.benchStores(ctx, folder, nil)
	if err != nil {
		return err
	}
	place, err := s.benchPlace(ctx)
	if err == nil {
		err = fn(&place)
	}
	if err == nil {
		err = s.drain(ctx) // or a service that plays what is here would still be making it findable
	}
	return errors.Join(err, s.Close())
}

// benchServed serves what is in a folder on a free port of this machine, as serve does but without background work.
func (c *call) benchServed(ctx context.Context, folder string) (*bench.Served, error) {
	reads := &bench.Reads{}
	s, err := c.benchStores(ctx, folder, reads)
	if err != nil {
		return nil, err
	}
	served, err := c.benchListen(ctx, s, reads)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return served, nil
}

func (c *call) benchListen(ctx context.Context, s *stores, reads *bench.Reads) (*bench.Served, error) {
	place, err := s.benchPlace(ctx)
	if err != nil {
		return nil, err
	}
	token, _, err := s.auth.NewToken(ctx, place.ProjectID, "bench", account.RoleViewer)
	if err != nil {
		return nil, err
	}
	alone := *c
	alone.config = s.config
	server, err := s.server(&alone, nil)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on this machine: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return &bench.Served{Place: place, Reads: reads, URL: "http://" + listener.Addr().String(), Token: token, Bucket: s.bucket,
		Close: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
			defer cancel()
			return errors.Join(server.Shutdown(ctx), <-ended, s.Close())
		}}, nil
}

// How long a service may take to start, and how often it is asked.
const (
	benchReadyWithin = 30 * time.Second
	benchReadyEvery  = 20 * time.Millisecond
)

// benchAlone runs `afterimage serve` on a folder, whatever the settings are, until Close.
func benchAlone(ctx context.Context, folder string) (*bench.Alone, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on this machine: %w", err)
	}
	address := listener.Addr().String()
	program, err := os.Executable()
	if err = errors.Join(err, listener.Close()); err != nil {
		return nil, err
	}
	service := exec.CommandContext(ctx, program, "serve", "--data", folder, "--addr", address, "--metrics-addr", "off")
	service.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AFTERIMAGE_") })
	if err := service.Start(); err != nil {
		return nil, fmt.Errorf("start a service: %w", err)
	}
	stop := func() error { return errors.Join(service.Process.Signal(syscall.SIGTERM), service.Wait()) }
	url := "http://" + address
	for end := time.Now().Add(benchReadyWithin); ; {
		answer, err := http.Get(url + "/readyz")
		if err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK {
			return &bench.Alone{URL: url, PID: service.Process.Pid, Close: stop}, nil
		}
		if time.Now().After(end) {
			return nil, errors.Join(fmt.Errorf("the service was not ready within %s", benchReadyWithin), err, stop())
		}
		<-time.After(benchReadyEvery)
	}
}

// inFolder calls fn with the folder named by a flag, or with a temporary one that is removed again.
func (c *call) inFolder(flag string, fn func(folder string) error) error {
	if folder := c.str(flag); folder != "" {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			return fmt.Errorf("--%s: %s is not empty; name a new folder", flag, folder)
		}
		return errors.Join(os.MkdirAll(folder, 0o700), fn(folder))
	}
	folder, err := os.MkdirTemp("", "afterimage-bench-*")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	return errors.Join(fn(folder), os.RemoveAll(folder))
}
