package signal

// rageClicksMin is how many clicks make a rage click. PostHog and Sentry take 3, too.
const rageClicksMin = 3

// rageGapMs is the time that must not have passed since the click before. PostHog takes the same.
const rageGapMs = 1000

// rageReachPx is how far, |dx|+|dy|, a click must be less than from the one before. PostHog takes the same.
const rageReachPx = 30

// rageNodesMax is how many elements of one burst are looked at; clicks beyond them count as they are.
const rageNodesMax = 8

// rage finds bursts of clicks in one place. Clicks into text fields and on steppers do not count, as with PostHog:
// there, many clicks are how things work. What is clicked is asked for once a burst is over. Of what nothing is known, counts.
type rage struct {
	clicks  int // of the burst
	last    Fact
	targets []rageTarget
	other   int // clicks on elements beyond rageNodesMax
}

type rageTarget struct {
	target
	at     int64 // of the first click on it
	clicks int
}

// rageData are the details of a rage click.
type rageData struct {
	target
	Count      int   `json:"count"`
	DurationMs int64 `json:"durationMs"` // from the first click to the last
}

// add takes the next fact. Where another document is loaded a burst ends: what is under the mouse now is something else.
func (r *rage) add(d *Detector, f *Fact, v *Visit) {
	if f.Kind == FactGap || v != nil && v.loaded {
		r.end(d)
	}
	if f.Kind == FactClick {
		r.clicked(d, f)
	}
}

func (r *rage) clicked(d *Detector, f *Fact) {
	near := abs(f.X-r.last.X)+abs(f.Y-r.last.Y) < rageReachPx && f.At-r.last.At < rageGapMs
	if r.clicks > 0 && !near {
		r.end(d)
	}
	r.clicks++
	r.last = *f
	for i := range r.targets {
		if r.targets[i].Node == f.Node {
			r.targets[i].clicks++
			return
		}
	}
	if len(r.targets) == rageNodesMax {
		r.other++
		return
	}
	r.targets = append(r.targets, rageTarget{target: d.targetOf(f), at: f.At, clicks: 1})
}

// end gives the burst, if it is one.
func (r *rage) end(d *Detector) {
	burst := *r
	*r = rage{}
	if burst.clicks < rageClicksMin {
		return
	}
	count := burst.other
	var first *rageTarget
	for i := range burst.targets {
		t := &burst.targets[i]
		e, known := d.element(t.Node, t.at)
		if known && (e.Field || e.Stepper) {
			continue
		}
		if known {
			t.target = t.named(&e)
		}
		count += t.clicks
		if first == nil {
			first = t
		}
	}
	if count < rageClicksMin || first == nil {
		return
	}
	d.give(KindRage, first.at, first.label, first.Node, first.selector,
		rageData{target: first.target, Count: count, DurationMs: burst.last.At - first.at})
}

func abs(v int) int {
	return max(v, -v)
}
