package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"
)

// progressEvery keeps the line from flickering.
const progressEvery = 100 * time.Millisecond

// progress shows how far long work is, on one line that is written over. It shows
// nothing where standard error is no terminal.
type progress struct {
	c     *call
	shows bool
	last  time.Time
}

func (c *call) progress() *progress {
	f, ok := c.stderr.(*os.File)
	return &progress{c: c, shows: ok && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) show(format string, args ...any) {
	if !p.shows || time.Since(p.last) < progressEvery {
		return
	}
	p.last = time.Now()
	fmt.Fprintf(p.c.stderr, "\r\x1b[K"+format, args...)
}

// share shows how much of a known whole is done, how fast, and how long the rest may take.
func (p *progress) share(done, total int64, took time.Duration, what string) {
	if total <= 0 || done <= 0 || took < progressEvery {
		p.show("%d of %d %s", done, max(done, total), what)
		return
	}
	total = max(done, total)
	left := time.Duration(float64(took) * float64(total-done) / float64(done))
	p.show("%d of %d %s (%d %%), %.0f/s, %s left", done, total, what, done*100/total, float64(done)/took.Seconds(), left.Round(time.Second))
}

// clear removes the line before something else is printed.
func (p *progress) clear() {
	if p.shows {
		fmt.Fprint(p.c.stderr, "\r\x1b[K")
	}
}
