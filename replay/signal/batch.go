package signal

import (
	"encoding/json"
	"math"

	"github.com/afterimage/afterimage/replay/rrweb"
)

// ActiveGapMs is the longest pause between two inputs that still counts as activity.
// Ten seconds is what Highlight uses; PostHog's is five.
const ActiveGapMs = 10_000

// momentsPerBatchMax bounds what one upload can add to the index.
const momentsPerBatchMax = 1000

// Person is who the recorder says the session is of.
type Person struct {
	ID     string          `json:"id"`
	Email  string          `json:"email"`
	Traits json.RawMessage `json:"traits"`
}

// Batch gathers what the events of one batch tell. The zero value is ready; call Add
// for each event in order, and End after the last one.
type Batch struct {
	Events     int
	FirstAt    int64 // lowest timestamp, unix ms of the client's clock
	LastAt     int64 // highest timestamp
	SnapshotAt int64 // time of the first full snapshot, 0 if there is none

	ActiveMs      int64 // time in which the person did something
	FirstActiveAt int64 // 0 if nothing was done
	LastActiveAt  int64

	Moments  []Moment
	Dropped  int                // moments over the limit
	Person   *Person            // the last identify, nil if there was none
	Vitals   map[string]float64 // the worst of each measure; nil if none was told
	Referrer string

	page   string // URL of the last page moment
	gather gatherer
}

// Facts returns what the detectors have to know of the events so far. It is complete after End.
func (b *Batch) Facts() []Fact { return b.gather.facts }

// End completes the facts. No event may be added after it.
func (b *Batch) End() { b.gather.end() }

// Add takes the next event.
func (b *Batch) Add(ev rrweb.Event) {
	before := b.LastAt
	if b.Events == 0 {
		before = ev.Timestamp - math.MaxInt32
		b.gather.firstAt = ev.Timestamp
	}
	if b.Events == 0 || ev.Timestamp < b.FirstAt {
		b.FirstAt = ev.Timestamp
	}
	if b.Events == 0 || ev.Timestamp > b.LastAt {
		b.LastAt = ev.Timestamp
	}
	b.Events++
	b.gather.lived(ev.Timestamp)
	switch ev.Type {
	case rrweb.TypeDOMContentLoaded, rrweb.TypeLoad:
		b.gather.note(Fact{At: ev.Timestamp, Kind: FactLoad})
	case rrweb.TypeFullSnapshot:
		if b.SnapshotAt == 0 {
			b.SnapshotAt = ev.Timestamp
			if b.SnapshotAt == 0 {
				b.SnapshotAt = 1 // 0 means that there is none
			}
		}
	case rrweb.TypeIncrementalSnapshot:
		b.notice(ev, before)
		b.input(ev)
	case rrweb.TypeMeta:
		b.meta(ev)
	case rrweb.TypeCustom:
		b.custom(ev)
	case rrweb.TypePlugin:
		b.plugin(ev)
	}
}

func (b *Batch) add(m Moment) {
	if len(b.Moments) >= momentsPerBatchMax {
		b.Dropped++
		return
	}
	b.Moments = append(b.Moments, m)
}

// input counts activity and notes clicks.
func (b *Batch) input(ev rrweb.Event) {
	switch ev.Source {
	case rrweb.SourceMouseMove, rrweb.SourceMouseInteraction, rrweb.SourceScroll,
		rrweb.SourceInput, rrweb.SourceTouchMove, rrweb.SourceDrag:
	default:
		return
	}
	if b.FirstActiveAt == 0 {
		b.FirstActiveAt = ev.Timestamp
	} else if gap := ev.Timestamp - b.LastActiveAt; gap > 0 && gap <= ActiveGapMs {
		b.ActiveMs += gap
	}
	b.LastActiveAt = max(b.LastActiveAt, ev.Timestamp)
	if ev.Source == rrweb.SourceMouseInteraction && ev.DataType == rrweb.InteractionClick {
		b.click(ev)
	}
}

// click notes a click. Our recorder says beside rrweb's fields what was clicked, masked as
// the recording is; of other recorders only the node and the place are known.
func (b *Batch) click(ev rrweb.Event) {
	var at clickData
	var label, selector string
	members(ev.Data, func(key, value []byte) {
		switch string(key) {
		case "id":
			at.Node = idOf(value)
		case "x":
			at.X = numberOf(value)
		case "y":
			at.Y = numberOf(value)
		case "label":
			label = textOf(value)
		case "selector":
			selector = textOf(value)
		}
	})
	m := newMoment(ev.Timestamp, KindClick, label, at)
	m.Node = at.Node
	m.Selector = Line(selector, labelRunesMax)
	b.add(m)
	b.gather.clicked(Fact{At: ev.Timestamp, Kind: FactClick, Node: at.Node, X: whole(at.X), Y: whole(at.Y),
		Text: Line(label, factTextRunes), Ref: m.Selector})
}

// meta notes the page that a snapshot is of.
func (b *Batch) meta(ev rrweb.Event) {
	var d struct {
		Href string `json:"href"`
	}
	if json.Unmarshal(ev.Data, &d) == nil && d.Href != "" {
		b.opened(ev.Timestamp, d.Href, "")
		b.gather.opened(Fact{At: ev.Timestamp, Kind: FactPage, Ref: Line(d.Href, 2000), N: pageMeta})
	}
}

// opened adds a page moment, or the title to the one just added: a page load is told
// twice, by rrweb's meta event and by the recorder, which knows the title.
func (b *Batch) opened(at int64, url, title string) {
	url, title = Line(url, 2000), Line(title, labelRunesMax)
	data := map[string]string{"url": url}
	if title != "" {
		data["title"] = title
	}
	if n := len(b.Moments); b.page == url && n > 0 {
		for i := n - 1; i >= 0; i-- {
			if m := &b.Moments[i]; m.Kind == KindPage {
				if title != "" && m.Label == url {
					*m = newMoment(m.At, KindPage, url, data)
				}
				return
			}
		}
	}
	b.page = url
	b.add(newMoment(at, KindPage, url, data))
}
