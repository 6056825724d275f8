package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
	"github.com/afterimage/afterimage/internal/demo"
	"github.com/afterimage/afterimage/internal/httpapi"
	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/internal/importer/load"
	"github.com/afterimage/afterimage/replay"
)

const (
	demoProject = "demo"
	// demoAge is how far back the oldest of the demo's sessions lies.
	demoAge = 46 * time.Hour
	// demoIdle is how long ago the newest one ended: longer than a session stays open.
	demoIdle = 40 * time.Minute
)

// demoSpace makes the ids of the demo's sessions: the same ones at each start.
var demoSpace = uuid.MustParse("5f0d3a4e-6f3c-4f7b-9a52-61f7d6c0de30")

// demoSite makes the project that the demo shop records into, and the shop; nil without --demo.
func (s *stores) demoSite(ctx context.Context, c *call, url string) (*httpapi.Demo, error) {
	if !c.demo {
		return nil, nil
	}
	p, err := s.sql.Project(ctx, demoProject)
	if errors.Is(err, account.ErrNotFound) {
		if p, err = auth.NewProject(demoProject, "Demo shop", s.now()); err == nil {
			err = s.sql.CreateProject(ctx, p)
		}
	}
	if err == nil && !slices.Contains(p.SiteOrigins, url) {
		// The shop is served by this very service, wherever it listens today.
		p.SiteOrigins = append(p.SiteOrigins, url)
		err = s.sql.UpdateProject(ctx, p)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the demo: %w", err)
	}
	return &httpapi.Demo{
		Page: func(path string) ([]byte, string, bool) { return demo.Page("/demo/"+path, p.PublicKey) },
		API:  demoAPI,
	}, nil
}

// demoAPI answers the shop's own requests, the slow ones slowly.
func demoAPI(method, path string) (int, []byte, string) {
	reply, ok := demo.API(method, "/demo/api/"+path)
	if !ok {
		return http.StatusNotFound, []byte(`{"error":"there is no such call"}`), "application/json"
	}
	<-time.After(reply.Delay)
	return reply.Status, reply.Body, reply.ContentType
}

// loadDemo loads the demo's recordings that are not there yet, moved so that they lie
// in the last two days. ctx must not end meanwhile, as a session that is loaded in part
// would be erased, and so never be loaded again.
func (s *stores) loadDemo(ctx context.Context) error {
	var missing []demo.Session
	err := demo.LoadSessions(func(d demo.Session) error {
		_, err := s.replay.Session(ctx, demoProject, demoID(&d))
		if errors.Is(err, replay.ErrNotFound) {
			missing = append(missing, d)
			return nil
		}
		if errors.Is(err, replay.ErrErased) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	for i := range missing {
		end := s.now().Add(-demoIdle - demoAge*time.Duration(i)/time.Duration(len(missing)))
		if err := s.loadDemoSession(ctx, &missing[i], end.UnixMilli()); err != nil {
			return fmt.Errorf("load the demo's recording %s: %w", missing[i].Name, err)
		}
	}
	return nil
}

func demoID(d *demo.Session) string { return uuid.NewSHA1(demoSpace, []byte(d.Name)).String() }

// loadDemoSession loads one recording so that its last event lies at end, unix ms.
func (s *stores) loadDemoSession(ctx context.Context, d *demo.Session, end int64) error {
	_, last, err := d.Span()
	if err != nil {
		return err
	}
	events, err := d.Shifted(end - last)
	if err != nil {
		return err
	}
	meta, err := json.Marshal(d.Meta)
	if err != nil {
		return err
	}
	_, err = load.Load(ctx, s.replay, s.now, load.Recording{
		ProjectID: demoProject, SessionID: demoID(d), Meta: meta, ReceivedAt: end,
		Client: replay.Client{
			Browser: d.Meta.Browser, OS: d.Meta.OS, Device: d.Meta.Device, Country: d.Meta.Country, Language: d.Meta.Language,
		},
		Read: func(sink importer.Sink) error {
			for _, raw := range events {
				var e struct {
					Type      int64 `json:"type"`
					Timestamp int64 `json:"timestamp"`
				}
				if err := json.Unmarshal(raw, &e); err != nil {
					return err
				}
				if err := sink(importer.Event{Raw: raw, Type: e.Type, At: e.Timestamp}); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return err
}
