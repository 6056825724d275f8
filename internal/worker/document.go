package worker

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/afterimage/afterimage/feedback"
	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/search"
)

// The limits of one document: a page that logs the same error for an hour must not
// make the index large. What is cut is still seen in the session itself.
const (
	textsMax     = 300  // different texts of one field
	textRunesMax = 2000 // of one text
)

// document says of a session what the index should know.
func document(s *replay.Session, moments []replay.Moment, found *replay.Digest, responses []feedback.Response) search.Document {
	d := search.Document{
		ID: s.ID, ProjectID: s.ProjectID, StartedAt: s.StartedAt, EndedAt: s.EndedAt, ActiveMs: s.ActiveMs,
		UserID: s.User.ID, UserEmail: s.User.Email,
		Browser: s.Client.Browser, OS: s.Client.OS, Device: s.Client.Device, Country: s.Client.Country, Language: s.Client.Language,
		Release: s.Release, Referrer: s.Referrer,
		NPS: -1, CSAT: -1, CES: -1, Score: -1,
		Clicks: s.Counts.Clicks, ErrorCount: s.Counts.Errors, PageCount: s.Counts.Pages, FailedRequests: s.Counts.FailedRequests,
		ResponseCount: len(responses),
		Tags:          tagsOf(s), Traits: traitsOf(s.User.Traits), Signals: signalsOf(found), Vitals: vitalsOf(found),
	}
	if found.Pages > 0 {
		d.PageCount = found.Pages // the row counts a page again that is told of again
	}
	var urls, titles texts
	for _, p := range s.Pages {
		urls.add(withoutQuery(p.URL))
		titles.add(p.Title)
	}
	d.URLs, d.Titles = urls.all, titles.all
	addMoments(&d, moments)
	addResponses(&d, responses)
	return d
}

// momentData is what the details of the kinds of moments have that is searched for.
type momentData struct {
	Type, Message string // error
	Level         string // console
	Method, URL   string // request
	Status        int
	ID, Kind      string // response
	Survey, Text  string
	Category      string
	Score         *float64
}

func addMoments(d *search.Document, moments []replay.Moment) {
	var errs, types, console, requests, custom texts
	for _, m := range moments {
		var data momentData
		if len(m.Data) > 0 && json.Unmarshal(m.Data, &data) != nil {
			data = momentData{} // a page may send details of another shape; the label is enough
		}
		switch m.Kind {
		case "error":
			errs.add(errorText(&data, m.Label))
			types.add(data.Type)
		case "console":
			if data.Level == "" || data.Level == "error" || data.Level == "warn" || data.Level == "assert" {
				console.add(m.Label)
			}
		case "request":
			if failed := data.Status >= 400 || data.Status == 0; failed {
				requests.add(requestText(&data, m.Label))
			}
		case "custom":
			custom.add(m.Label)
		}
	}
	d.Errors, d.ErrorTypes, d.Console, d.Requests, d.Custom = errs.all, types.all, console.all, requests.all, custom.all
}

// errorText is "TypeError: message", with the type once.
func errorText(data *momentData, label string) string {
	switch {
	case data.Message == "":
		return label
	case data.Type == "" || strings.HasPrefix(data.Message, data.Type):
		return data.Message
	}
	return data.Type + ": " + data.Message
}

func requestText(data *momentData, label string) string {
	if data.URL == "" {
		return label
	}
	return fmt.Sprintf("%s %s %d", strings.ToUpper(data.Method), withoutQuery(data.URL), data.Status)
}

// addResponses adds what people said, and the lowest score of each kind.
func addResponses(d *search.Document, responses []feedback.Response) {
	var complaints, others, surveys texts
	for i := range responses {
		r := &responses[i]
		if r.Status == feedback.StatusSpam {
			continue
		}
		if r.Complaint() {
			d.ComplaintCount++ // also the one that is only a score
			complaints.add(r.Text)
		} else {
			others.add(r.Text)
		}
		surveys.add(r.Survey)
		if r.Score != nil {
			d.Score = lower(d.Score, *r.Score)
		}
		switch {
		case r.Score == nil:
		case r.Kind == feedback.KindNPS:
			d.NPS = lower(d.NPS, *r.Score)
		case r.Kind == feedback.KindCSAT:
			d.CSAT = lower(d.CSAT, *r.Score)
		case r.Kind == feedback.KindCES:
			d.CES = lower(d.CES, *r.Score)
		}
	}
	d.Complaints, d.Responses, d.Surveys = complaints.all, others.all, surveys.all
}

func lower(score, other int) int {
	if score < 0 {
		return other
	}
	return min(score, other)
}

// texts collects different texts in the order they came, within the limits.
type texts struct{ all []string }

func (t *texts) add(text string) {
	text = strings.TrimSpace(text)
	if len(text) > textRunesMax {
		text = firstRunes(text, textRunesMax)
	}
	if text == "" || len(t.all) == textsMax || slices.Contains(t.all, text) {
		return
	}
	t.all = append(t.all, text)
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// withoutQuery cuts what may be private from an address: the query, the fragment unless
// it is a route ("#/orders"), and the user.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		raw, _, _ = strings.Cut(raw, "#")
		raw, _, _ = strings.Cut(raw, "?")
		return raw
	}
	u.RawQuery, u.ForceQuery, u.User = "", false, nil
	if !strings.HasPrefix(u.Fragment, "/") && !strings.HasPrefix(u.Fragment, "!/") {
		u.Fragment, u.RawFragment = "", ""
	} else if route, _, cut := strings.Cut(u.Fragment, "?"); cut {
		u.Fragment, u.RawFragment = route, ""
	}
	return readable(u.String())
}

// readable shows what is not ASCII in an address as people read and type it: browsers
// tell /%EA%B2%B0%EC%A0%9C for /결제. Other escapes stay, so that the address keeps its meaning.
func readable(address string) string {
	var out, run []byte
	flush := func() {
		if utf8.Valid(run) {
			out = append(out, run...)
		} else {
			for _, c := range run {
				out = fmt.Appendf(out, "%%%02X", c)
			}
		}
		run = run[:0]
	}
	for i := 0; i < len(address); i++ {
		if address[i] == '%' && i+2 < len(address) {
			if c, err := strconv.ParseUint(address[i+1:i+3], 16, 8); err == nil && c >= utf8.RuneSelf {
				run = append(run, byte(c))
				i += 2
				continue
			}
		}
		flush()
		out = append(out, address[i])
	}
	flush()
	return string(out)
}

// scoreOf is a score as a whole number; nil if it is none.
func scoreOf(score *float64) *int {
	if score == nil {
		return nil
	}
	n, err := strconv.Atoi(strconv.FormatFloat(*score, 'f', -1, 64))
	if err != nil {
		return nil
	}
	return &n
}
