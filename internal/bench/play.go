package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/afterimage/afterimage/internal/importer"
	"github.com/afterimage/afterimage/replay/segment"
)

const (
	// windowMs is what the player asks for first.
	windowMs = 4_000
	// tries is how often each picture is asked for; the median counts.
	tries = 9
	// late is where in a session pictures are asked for, beside its beginning: minute 50 of an hour.
	late = 5.0 / 6
	// windowBytes, windowMsMax and windowGrowth are the player's, too, for going on.
	windowBytes  = 4e6
	windowMsMax  = 120_000
	windowGrowth = 4
	// idleMs lies between the end of the sessions made and now, so that they have ended.
	idleMs = 40 * 60_000
)

// PlayRun says what to play.
type PlayRun struct {
	// Lengths are the sessions to make, out of Recordings.
	Lengths    []Length
	Recordings []Recording
	// Folder takes each session as one gzip JSON, for the plain player, under the length's name.
	Folder string
	// Stored calls fn with the service that sessions are stored and sealed in, Served opens the same
	// stores anew to play from.
	Stored func(ctx context.Context, fn func(*Place) error) error
	Served func(ctx context.Context) (*Served, error)
	// Alone serves the stores in a process of its own, whose memory can be looked at.
	Alone    func(ctx context.Context) (*Alone, error)
	Progress func(what string)
}

// Played is what came of one session.
type Played struct {
	Name        string  `json:"session"`
	ID          string  `json:"id"`
	Tab         string  `json:"tab"`
	Seconds     float64 `json:"seconds"`
	RawBytes    int64   `json:"rawBytes"`
	ObjectBytes int64   `json:"objectBytes"`
	FooterBytes int64   `json:"footerBytes"`
	Blocks      int     `json:"blocks"`
	Start       Picture `json:"start"`
	Late        Picture `json:"late"`        // at 5/6 of the session
	PlayedMs    float64 `json:"playedMs"`    // all windows from start to end, one after another
	MemoryBytes int64   `json:"memoryBytes"` // the most that the service's process held; 0: not known on this system
	Plain       Plain   `json:"plain"`
	// Faster is how many times sooner than in the plain player the late picture's events are there.
	Faster float64 `json:"faster"`
}

// Picture is what the first picture at some place took.
type Picture struct {
	ServerMs  float64 `json:"serverMs"`  // session and events asked for and received, median
	FirstMs   float64 `json:"firstMs"`   // the first time, with nothing in the service's memory
	ParsedMs  float64 `json:"parsedMs"`  // and unpacked and parsed, median
	Reads     int64   `json:"reads"`     // of the object
	Bytes     int64   `json:"bytes"`     // read of the object, beside the footer
	BytesPart float64 `json:"bytesPart"` // of the object
}

// Plain is a player that loads the whole session as one gzip JSON.
type Plain struct {
	Bytes    int64   `json:"bytes"`
	ParsedMs float64 `json:"parsedMs"` // fetched, unpacked and parsed
}

// Play makes sessions of the lengths given and plays each as the player does.
func Play(ctx context.Context, run PlayRun) ([]Played, error) {
	l, err := newLong(run.Recordings)
	if err != nil {
		return nil, err
	}
	all := []Played{}
	for _, length := range run.Lengths {
		run.Progress("making a session: " + length.Name)
		one := Played{Name: length.Name}
		plain := filepath.Join(run.Folder, length.Name+".json.gz")
		err := run.Stored(ctx, func(p *Place) error { return p.makeLong(ctx, l, length, plain, &one) })
		if err == nil {
			run.Progress("playing: " + length.Name)
			err = run.play(ctx, plain, &one)
		}
		if err != nil {
			return all, fmt.Errorf("session %s: %w", length.Name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// makeLong stores and seals a long session, and writes it for the plain player.
func (p *Place) makeLong(ctx context.Context, l *long, length Length, plain string, one *Played) error {
	now := time.Now().UnixMilli() // of as many digits as the times that the session will have
	last := now
	err := l.give(now, length, func(e importer.Event) error {
		one.RawBytes += int64(len(e.Raw))
		last = max(last, e.At)
		return nil
	})
	if err != nil {
		return err
	}
	one.Seconds = float64(last-now) / 1000
	start := now - idleMs - (last - now)
	file, err := newWholeFile(plain)
	if err != nil {
		return err
	}
	one.ID, err = p.load(ctx, func(sink importer.Sink) error {
		return l.give(start, length, func(e importer.Event) error { return errors.Join(file.add(e.Raw), sink(e)) })
	})
	if err = errors.Join(err, file.close()); err != nil {
		return err
	}
	return p.Service.Seal(ctx, one.ID, false)
}

// play measures a sealed session in a service that has just been opened.
func (run *PlayRun) play(ctx context.Context, plain string, one *Played) error {
	served, err := run.Served(ctx)
	if err != nil {
		return err
	}
	c, err := newClient(served.Token)
	if err != nil {
		return errors.Join(err, served.Close())
	}
	defer c.close()
	player := &player{Served: served, client: c, one: one}
	err = player.measure(ctx)
	if err = errors.Join(err, served.Close()); err != nil {
		return err
	}
	if one.Plain, err = playPlain(ctx, c, plain); err != nil {
		return err
	}
	one.Faster = one.Plain.ParsedMs / one.Late.ParsedMs
	alone, err := run.Alone(ctx)
	if err != nil {
		return err
	}
	player.URL = alone.URL
	err = player.all(ctx)
	if err == nil {
		one.MemoryBytes, err = mostMemory(alone.PID)
	}
	return errors.Join(err, alone.Close())
}

// player asks for what the player in the web app would.
type player struct {
	*Served
	client     *client
	one        *Played
	start, end int64 // of the tab, unix ms
}

func (p *player) measure(ctx context.Context) error {
	if err := p.object(ctx); err != nil {
		return err
	}
	if err := p.session(ctx); err != nil {
		return err
	}
	var err error
	if p.one.Late, err = p.picture(ctx, p.start+int64(float64(p.end-p.start)*late)); err != nil {
		return err
	}
	p.one.Start, err = p.picture(ctx, p.start)
	return err
}

// object looks at what was stored.
func (p *player) object(ctx context.Context) error {
	s, err := p.Service.Session(ctx, p.ProjectID, p.one.ID)
	if err != nil {
		return err
	}
	size := s.SealedBytes
	end, err := p.Bucket.Get(ctx, s.SealedKey, 0, size)
	if err != nil {
		return err
	}
	object, err := io.ReadAll(end)
	if err = errors.Join(err, end.Close()); err != nil {
		return err
	}
	tail, err := segment.ParseTail(object, size)
	if err != nil {
		return err
	}
	claim, err := p.Store.SessionClaim(ctx, p.one.ID)
	if err != nil {
		return err
	}
	key, err := p.Keys.Unwrap(claim.WrappedKey, p.one.ID)
	if err != nil {
		return err
	}
	text := object[tail.Offset : tail.Offset+tail.Length+tail.Repair]
	footer, err := tail.Footer(text, key, p.one.ID)
	if err != nil {
		return err
	}
	p.one.ObjectBytes, p.one.FooterBytes, p.one.Blocks = size, int64(len(text)), len(footer.Blocks)
	// The footer is read once for many pictures, and said for itself.
	p.Reads.leaveOut(size-min(size, segment.FooterGuessBytes), tail.Offset)
	return nil
}

func (p *player) url(path string, query url.Values) string {
	query.Set("project", p.ProjectID)
	return p.URL + "/api/v1/sessions/" + p.one.ID + path + "?" + query.Encode()
}

// session asks for the session and its tabs.
func (p *player) session(ctx context.Context) error {
	return p.client.get(ctx, p.url("", url.Values{}), func(r io.Reader) error {
		var s struct {
			Tabs []struct {
				ID                 string
				StartedAt, EndedAt int64
			}
		}
		if err := json.NewDecoder(r).Decode(&s); err != nil {
			return err
		}
		if len(s.Tabs) != 1 {
			return fmt.Errorf("a session of one tab has %d", len(s.Tabs))
		}
		p.one.Tab, p.start, p.end = s.Tabs[0].ID, s.Tabs[0].StartedAt, s.Tabs[0].EndedAt
		return nil
	})
}

func (p *player) window(from, to int64, keyframe bool) string {
	return p.url("/events", url.Values{"tab": {p.one.Tab}, "from": {strconv.FormatInt(from, 10)}, "to": {strconv.FormatInt(to, 10)},
		"keyframe": {strconv.FormatBool(keyframe)}, "gaps": {"true"}})
}

// picture asks for what the first picture at a time needs.
func (p *player) picture(ctx context.Context, at int64) (Picture, error) {
	var pic Picture
	var server, whole []float64
	for i := range tries {
		before, began := p.Reads.now(), time.Now()
		if err := p.session(ctx); err != nil {
			return pic, err
		}
		var size int64
		if err := p.client.get(ctx, p.window(at, at+windowMs, true), discarded(&size)); err != nil {
			return pic, err
		}
		server = append(server, ms(began))
		if i == 0 {
			taken := p.Reads.now().since(before)
			pic.FirstMs, pic.Reads, pic.Bytes = server[0], taken.count, taken.bytes
			pic.BytesPart = float64(taken.bytes) / float64(p.one.ObjectBytes)
		}
		began = time.Now()
		events := 0
		if err := errors.Join(p.session(ctx), p.client.get(ctx, p.window(at, at+windowMs, true), parsed(&events))); err != nil {
			return pic, err
		}
		if events == 0 {
			return pic, errors.New("no events came")
		}
		whole = append(whole, ms(began))
	}
	slices.Sort(server)
	slices.Sort(whole)
	pic.ServerMs, pic.ParsedMs = quantile(server, 0.5), quantile(whole, 0.5)
	return pic, nil
}

// all plays the session from its start to its end.
func (p *player) all(ctx context.Context) error {
	began := time.Now()
	length := int64(windowMs)
	for from := p.start; from <= p.end; {
		to := from + length
		var size int64
		if err := p.client.get(ctx, p.window(from, to, from == p.start), discarded(&size)); err != nil {
			return err
		}
		fitting := int64(windowBytes * float64(length) / float64(max(size, 1)))
		length = max(windowMs, min(windowMsMax, windowGrowth*length, fitting))
		from = to
	}
	p.one.PlayedMs = ms(began)
	return nil
}

func ms(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }
