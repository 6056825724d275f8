package signal

// freezeMs is how long nothing of the page may run before it is frozen: what Android calls an app that does not respond,
// and Sentry's ANR detection in the browser's main thread takes as well.
const freezeMs = 5000

// freezeMaxMs is how long a freeze can be. Browsers offer to end a page long before; what takes longer is a machine that
// slept.
const freezeMaxMs = 60_000

// freeze finds times in which the page could do nothing. rrweb holds the mouse's places back for half a second and then
// sends them together, by a timer: places between which more time lies tell that the timer could not run, unless
// another event was recorded meanwhile. A recorder that measures long tasks tells it itself.
type freeze struct {
	lastAt int64 // of the facts so far
	known  bool
}

// freezeData are the details of a freeze.
type freezeData struct {
	DurationMs int64  `json:"durationMs"`
	Page       string `json:"page,omitempty"`
}

func (s *freeze) add(d *Detector, f *Fact) {
	if f.Kind == FactBlocked {
		from := f.At - f.N
		if s.known && f.X != toldLongTask {
			from = max(from, s.lastAt) // the last batch may have ended after the mouse moved
		}
		if long := f.At - from; long >= freezeMs && long <= freezeMaxMs {
			d.give(KindFreeze, from, took(long), 0, "", freezeData{long, d.page.now.URL})
		}
	}
	if f.Kind != FactPointer && f.Kind != FactGap {
		s.lastAt, s.known = max(s.lastAt, f.At), true
	}
}

// toldLongTask is Fact.X of a time that the recorder measured.
const toldLongTask = 1
