package signal

import (
	"net/url"
	"strings"
)

// formFieldsMax and formClicksMax bound what is kept of one page: the last fields that were typed into, and the last clicks
// after that. Forms are longer, but who leaves one does it somewhere near the end of what was done.
const (
	formFieldsMax = 16
	formClicksMax = 16
)

// formEnterMs is how soon after the last key a page must follow to be what the form was sent to: with the Enter key, which
// rrweb does not record.
const formEnterMs = 2000

// formButtonMs is how soon after a click on a button that is in no form another page counts as what the button led to.
const formButtonMs = deadAfterMs

// form finds forms that were typed into and left without being sent. FullStory and Contentsquare tell of the same, without
// saying how they know. Here, a form was sent if afterwards
//
//   - one of its buttons was clicked: which of them sends, scripts decide,
//   - or a button outside of all forms, and that led to another page,
//   - or a request that is not a GET went to the page's own site,
//   - or an answer to a survey was given,
//   - or another page came within formEnterMs and without a click: the Enter key sent it.
//
// Fields to search with do not count, nor fields outside of a form, nor choices alone.
type form struct {
	fields  []typedField // in order of their last input
	clicks  []Fact
	page    string
	clicked bool // since the last input
}

type typedField struct {
	node        int
	first, last int64
}

// formData are the details of a form left.
type formData struct {
	Node       int    `json:"node"` // the last field
	Page       string `json:"page,omitempty"`
	Fields     int    `json:"fields"`     // typed into
	DurationMs int64  `json:"durationMs"` // from the first to the last input
	LeftAt     int64  `json:"leftAt"`     // unix ms of the recording browser's clock
}

func (s *form) add(d *Detector, f *Fact, v *Visit) {
	if v != nil {
		s.left(d, v)
	}
	switch f.Kind {
	case FactInput:
		s.typed(d, f)
	case FactClick:
		if len(s.fields) == 0 {
			return
		}
		s.clicked = true
		if len(s.clicks) == formClicksMax {
			s.clicks = append(s.clicks[:0], s.clicks[1:]...)
		}
		s.clicks = append(s.clicks, *f)
	case FactSent:
		if n := len(s.fields); n > 0 && f.At-f.N >= s.fields[n-1].last && sameSite(f.Ref, s.page) {
			*s = form{}
		}
	case FactAnswer, FactGap:
		*s = form{}
	}
}

func (s *form) typed(d *Detector, f *Fact) {
	if len(s.fields) == 0 {
		s.page = d.page.now.URL
	}
	field := typedField{f.Node, f.At, f.At}
	for i := range s.fields {
		if s.fields[i].node == f.Node {
			field.first = s.fields[i].first
			s.fields = append(s.fields[:i], s.fields[i+1:]...)
			break
		}
	}
	if len(s.fields) == formFieldsMax {
		s.fields = append(s.fields[:0], s.fields[1:]...)
	}
	s.fields = append(s.fields, field)
	s.clicked = false
}

// left tells what is left behind when another page is opened.
func (s *form) left(d *Detector, v *Visit) {
	if n := len(s.fields); n > 0 && !s.clicked && v.At-s.fields[n-1].last <= formEnterMs {
		*s = form{}
	}
	s.end(d, v.At)
}

// end tells what was not sent by then.
func (s *form) end(d *Detector, at int64) {
	all := *s
	*s = form{}
	left := map[int64]*formLeft{}
	var order []int64
	for _, field := range all.fields {
		e, known := d.element(field.node, field.last)
		if !known || e.Form == 0 || e.Search {
			continue
		}
		if left[e.Form] == nil {
			left[e.Form] = &formLeft{first: field.first}
			order = append(order, e.Form)
		}
		left[e.Form].typed(field, target{Node: field.node}.named(&e), e.Field)
	}
	for _, click := range all.clicks {
		e, known := d.element(click.Node, click.At)
		if !known || e.Role != "button" || e.Stepper {
			continue
		}
		for id, l := range left {
			if click.At >= l.last && (e.Form == id || e.Form == 0 && at-click.At < formButtonMs) {
				l.sent = true
			}
		}
	}
	for _, id := range order {
		if l := left[id]; l.text && !l.sent {
			d.give(KindAbandon, l.last, l.field.label, l.field.Node, l.field.selector,
				formData{l.field.Node, all.page, l.fields, l.last - l.first, at})
		}
	}
}

// formLeft is one form.
type formLeft struct {
	first, last int64
	fields      int
	field       target // the last one
	text        bool   // text was typed, rather than only chosen
	sent        bool
}

func (l *formLeft) typed(field typedField, t target, text bool) {
	l.fields++
	l.text = l.text || text
	l.first, l.last, l.field = min(l.first, field.first), field.last, t
}

// sameSite reports whether a host belongs to a page's site: by the last two parts of their names. Where that is too much, as in
// co.kr, a form is rather taken for sent.
func sameSite(host, page string) bool {
	u, err := url.Parse(page)
	return err == nil && (host == "" || site(host) == site(u.Hostname()))
}

func site(host string) string {
	parts := strings.Split(strings.ToLower(host), ".")
	return strings.Join(parts[max(0, len(parts)-2):], ".")
}
