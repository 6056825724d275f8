package signal

import (
	"strings"
)

// quickBackMs is how soon a return is a quick one. Hotjar's U-turns take seven seconds, too; Clarity does not tell.
const quickBackMs = 7000

// redirectMs is how long a page must have been shown: a page that leads back by itself is not one that disappointed.
// Nobody reads and turns back within half a second.
const redirectMs = 500

// quickBack finds pages that were left at once for the page before, within one tab.
type quickBack struct {
	before, last Visit // the two pages before, reloads left out
	visits       int
}

// quickBackData are the details of a quick return.
type quickBackData struct {
	Page       string `json:"page"` // that was left
	From       string `json:"from"` // that it was opened from, and left for
	DurationMs int64  `json:"durationMs"`
}

func (s *quickBack) add(d *Detector, f *Fact, v *Visit) {
	if f.Kind == FactGap {
		s.visits = 0 // pages may be missing between
	}
	if v == nil || v.reloaded {
		return
	}
	stayed := v.At - s.last.At
	if s.visits >= 2 && samePage(v.URL, s.before.URL) && !samePage(v.URL, s.last.URL) && stayed >= redirectMs && stayed < quickBackMs {
		d.give(KindQuickBack, s.last.At, s.last.URL, 0, "", quickBackData{Page: s.last.URL, From: v.URL, DurationMs: stayed})
	}
	s.before, s.last = s.last, *v
	s.visits = min(2, s.visits+1)
}

// samePage compares addresses but for the place in the page.
func samePage(a, b string) bool {
	a, _, _ = strings.Cut(a, "#")
	b, _, _ = strings.Cut(b, "#")
	return a == b
}
