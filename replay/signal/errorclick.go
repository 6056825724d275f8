package signal

// errorClickMs is how soon after a click an error belongs to it. Splunk RUM's error clicks take the same.
const errorClickMs = 1000

// errorClick finds clicks that were followed by an exception or a rejection on the same page. A click has one such
// moment, however many errors follow.
type errorClick struct {
	click target
	at    int64
	open  bool
}

// errorClickData are the details of an error click.
type errorClickData struct {
	target
	Error       string `json:"error"`
	Fingerprint string `json:"fingerprint"`
	DelayMs     int64  `json:"delayMs"` // from the click to the error
}

func (s *errorClick) add(d *Detector, f *Fact, v *Visit) {
	switch {
	case v != nil && v.loaded, f.Kind == FactGap:
		s.open = false
	case f.Kind == FactClick:
		s.click, s.at, s.open = d.targetOf(f), f.At, true
	case f.Kind == FactError && s.open:
		s.open = false
		if f.At-s.at > errorClickMs {
			return
		}
		if e, known := d.nameless(&s.click, s.at); known {
			s.click = s.click.named(&e)
		}
		label := f.Text
		if s.click.label != "" {
			label = s.click.label + " → " + label
		}
		d.give(KindErrorClick, s.at, label, s.click.Node, s.click.selector,
			errorClickData{target: s.click, Error: f.Text, Fingerprint: f.Ref, DelayMs: f.At - s.at})
	}
}
