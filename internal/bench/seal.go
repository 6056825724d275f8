package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/afterimage/afterimage/replay"
)

// LargeBytes is how large a recording must be for its size to count: what lies around the events
// weighs more than those of smaller ones.
const LargeBytes = 50_000

// SealRun says what to seal.
type SealRun struct {
	// Learn is how many of the recordings, the first ones, a site dictionary is learned from. The others are
	// sealed with it, and alone measured. 0: no dictionary.
	Learn int
	// Repeat is how often each is sealed, for the time.
	Repeat int
	// Progress is told what is about to be done.
	Progress func(what string)
}

// Sealed is what sealing made of one recording, or of all.
type Sealed struct {
	Name       string `json:"recording"`
	RawBytes   int64  `json:"rawBytes"`
	WholeBytes int64  `json:"wholeBytes"` // compressed in one piece
	Usual      Pace   `json:"usual"`
	Hasty      Pace   `json:"hasty"` // as while more sessions end than can be sealed
}

// Pace is what came of sealing at one pace.
type Pace struct {
	Bytes   int64   `json:"bytes"`   // of the object
	Ratio   float64 `json:"ratio"`   // to WholeBytes
	RawMBps float64 `json:"rawMBps"` // MB of raw JSON a second of one core, by its CPU time

	cpu time.Duration // of all repetitions
	raw int64         // of all repetitions
}

func (p *Pace) add(one *Pace, whole int64) {
	one.sum(whole)
	p.Bytes, p.raw, p.cpu = p.Bytes+one.Bytes, p.raw+one.raw, p.cpu+one.cpu
}

func (p *Pace) sum(whole int64) {
	if whole > 0 {
		p.Ratio = float64(p.Bytes) / float64(whole)
	}
	if p.cpu > 0 {
		p.RawMBps = float64(p.raw) / 1e6 / p.cpu.Seconds()
	}
}

// SealReport is what came of a run.
type SealReport struct {
	WholeBy    string     `json:"wholeBy"` // [WholeZstd19] or [WholeOwn]
	Dictionary Dictionary `json:"dictionary"`
	Recordings []Sealed   `json:"recordings"`
	Total      Sealed     `json:"total"`
	// The largest ratio of a recording over [LargeBytes].
	UsualWorst float64 `json:"usualWorst"`
	HastyWorst float64 `json:"hastyWorst"`
}

// Dictionary is the site dictionary that sessions were sealed with.
type Dictionary struct {
	Sessions int   `json:"sessions"` // it was learned from; 0: there is none
	Bytes    int64 `json:"bytes"`    // it takes in the store, for all sessions together
}

// Seal stores each recording and seals it, with one core, and measures what comes of it.
func Seal(ctx context.Context, p *Place, recordings []Recording, run SealRun) (SealReport, error) {
	if run.Learn > 0 && run.Learn >= len(recordings) {
		return SealReport{}, fmt.Errorf("of %d recordings, %d are to be learned from: none is left to measure", len(recordings), run.Learn)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := SealReport{Total: Sealed{Name: "all"}}
	var err error
	if run.Learn > 0 {
		run.Progress("learning the site dictionary")
		if r.Dictionary, err = p.learn(ctx, recordings[:run.Learn]); err != nil {
			return r, err
		}
		recordings = recordings[run.Learn:]
	}
	for i := range recordings {
		rec := &recordings[i]
		run.Progress(rec.Name)
		one := Sealed{Name: rec.Name, RawBytes: rec.Bytes}
		if one.WholeBytes, r.WholeBy, err = whole(ctx, rec); err != nil {
			return r, err
		}
		r.Recordings = append(r.Recordings, one)
	}
	// The first sealing makes the compressor's tables, which later ones find made: it does not count.
	warm := append(recordings[:1:1], recordings...)
	for range max(run.Repeat, 1) {
		run.Progress("sealing all, then again in haste")
		usual := func(i int) *Pace { return &r.warm(i).Usual }
		hasty := func(i int) *Pace { return &r.warm(i).Hasty }
		if err := errors.Join(p.sealAll(ctx, warm, false, usual), p.sealAll(ctx, warm, true, hasty)); err != nil {
			return r, err
		}
	}
	r.sum()
	return r, nil
}

// warm returns the i-th sealed, of which the first does not count.
func (r *SealReport) warm(i int) *Sealed {
	if i == 0 {
		return &Sealed{}
	}
	return &r.Recordings[i-1]
}

// sum makes the ratios, and the line of all.
func (r *SealReport) sum() {
	t := &r.Total
	for i := range r.Recordings {
		one := &r.Recordings[i]
		t.RawBytes, t.WholeBytes = t.RawBytes+one.RawBytes, t.WholeBytes+one.WholeBytes
		t.Usual.add(&one.Usual, one.WholeBytes)
		t.Hasty.add(&one.Hasty, one.WholeBytes)
		if one.RawBytes >= LargeBytes {
			r.UsualWorst, r.HastyWorst = max(r.UsualWorst, one.Usual.Ratio), max(r.HastyWorst, one.Hasty.Ratio)
		}
	}
	t.Usual.sum(t.WholeBytes)
	t.Hasty.sum(t.WholeBytes)
}

// sealAll stores recordings and then seals them one after another, as the worker does what has ended.
func (p *Place) sealAll(ctx context.Context, recordings []Recording, hasty bool, pace func(i int) *Pace) error {
	ids := make([]string, len(recordings))
	for i := range recordings {
		var err error
		if ids[i], err = p.load(ctx, recordings[i].read); err != nil {
			return fmt.Errorf("%s: %w", recordings[i].Name, err)
		}
	}
	for i, id := range ids {
		if err := p.seal(ctx, id, recordings[i].Bytes, hasty, pace(i)); err != nil {
			return fmt.Errorf("%s: %w", recordings[i].Name, err)
		}
	}
	return nil
}

// seal seals a session, and adds what that took.
func (p *Place) seal(ctx context.Context, id string, raw int64, hasty bool, to *Pace) error {
	before, err := cpuTime()
	if err != nil {
		return err
	}
	if err := p.Service.Seal(ctx, id, hasty); err != nil {
		return err
	}
	after, err := cpuTime()
	if err != nil {
		return err
	}
	sealed, err := p.Service.Session(ctx, p.ProjectID, id)
	if err != nil {
		return err
	}
	to.Bytes, to.raw, to.cpu = sealed.SealedBytes, to.raw+raw, to.cpu+after-before
	return nil
}

// learn learns a site dictionary from recordings, as the service would once they are sealed.
func (p *Place) learn(ctx context.Context, recordings []Recording) (Dictionary, error) {
	if err := p.sealAll(ctx, recordings, false, func(int) *Pace { return &Pace{} }); err != nil {
		return Dictionary{}, err
	}
	if _, err := p.Service.LearnDictionaries(ctx); err != nil {
		return Dictionary{}, err
	}
	row, err := p.Store.LatestDictionary(ctx, p.ProjectID)
	if errors.Is(err, replay.ErrNotFound) || err == nil && row.Name == "" {
		return Dictionary{}, fmt.Errorf("%d recordings are too few, or have too little in common, for a site dictionary", len(recordings))
	}
	return Dictionary{Sessions: row.Sessions, Bytes: row.Bytes}, err
}

// cpuTime is what this process has used of all cores. Other work on the machine does not count.
func cpuTime() (time.Duration, error) {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0, fmt.Errorf("read the CPU time: %w", err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()), nil
}
