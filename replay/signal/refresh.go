package signal

// refreshesMin is how many times a page is loaded again in a row for it to be rage, and refreshWindowMs the time
// in which they must be. OneUptime's session replay takes the same.
const (
	refreshesMin    = 3
	refreshWindowMs = 60_000
)

// refreshClickMs is how soon after a click in the page its load is what the click led to, rather than a reload: as long as a
// page has to react to a click.
const refreshClickMs = deadAfterMs

// refresh finds pages that were reloaded again and again. Once it is rage, a run goes on as long as each reload comes
// within the window after the one before.
type refresh struct {
	recent      []int64 // the last reloads, fewer than refreshesMin, while it is not rage
	count       int     // of the run, 0 if there is none
	first, last int64
	url         string
	clickAt     int64
	clicked     bool // on the page that is shown
}

// refreshData are the details of a run of reloads.
type refreshData struct {
	Page       string `json:"page"`
	Count      int    `json:"count"`
	DurationMs int64  `json:"durationMs"` // from the first to the last
}

func (s *refresh) add(d *Detector, f *Fact, v *Visit) {
	if f.Kind == FactClick {
		s.clickAt, s.clicked = f.At, true
	}
	if v == nil {
		return
	}
	led := s.clicked && v.At-s.clickAt < refreshClickMs
	s.clicked = false
	switch {
	case !v.reloaded:
		s.end(d)
		s.recent = nil
	case led:
	default:
		s.reloaded(d, v)
	}
}

func (s *refresh) reloaded(d *Detector, v *Visit) {
	if s.count > 0 && v.At-s.last <= refreshWindowMs {
		s.count++
		s.last = v.At
		return
	}
	s.end(d)
	for len(s.recent) > 0 && v.At-s.recent[0] > refreshWindowMs {
		s.recent = s.recent[1:]
	}
	s.recent = append(s.recent, v.At)
	if len(s.recent) == refreshesMin {
		s.first, s.last, s.count, s.url = s.recent[0], v.At, refreshesMin, v.URL
		s.recent = nil
	}
}

// end gives the run, if there is one. Without a run, it keeps what may become one.
func (s *refresh) end(d *Detector) {
	if s.count > 0 {
		d.give(KindRefresh, s.first, s.url, 0, "", refreshData{Page: s.url, Count: s.count, DurationMs: s.last - s.first})
		s.count = 0
	}
}
