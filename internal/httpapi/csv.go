package httpapi

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/afterimage/afterimage/replay"
)

// byteOrderMark tells Excel that a CSV file is UTF-8; without it, it shows 결제 as 寃곗젣.
const byteOrderMark = "\uFEFF"

// csvColumn is one column of an export.
type csvColumn struct {
	name string
	of   func(s *sessionJSON, x *export) string
}

// csvColumns are described in docs/openapi.yaml; their order and names stay, new ones come last.
var csvColumns = []csvColumn{
	{"id", func(s *sessionJSON, _ *export) string { return s.ID }},
	{"started_at", func(s *sessionJSON, x *export) string { return x.moment(s.StartedAt) }},
	{"ended_at", func(s *sessionJSON, x *export) string { return x.moment(s.EndedAt) }},
	{"duration_s", func(s *sessionJSON, _ *export) string { return seconds(s.DurationMs) }},
	{"active_s", func(s *sessionJSON, _ *export) string { return seconds(s.ActiveMs) }},
	{"user_id", func(s *sessionJSON, _ *export) string { return s.User.ID }},
	{"user_email", func(s *sessionJSON, _ *export) string { return s.User.Email }},
	{"user_traits", func(s *sessionJSON, _ *export) string { return string(s.User.Traits) }},
	{"browser", func(s *sessionJSON, _ *export) string { return s.Browser }},
	{"os", func(s *sessionJSON, _ *export) string { return s.OS }},
	{"device", func(s *sessionJSON, _ *export) string { return s.Device }},
	{"country", func(s *sessionJSON, _ *export) string { return s.Country }},
	{"language", func(s *sessionJSON, _ *export) string { return s.Language }},
	{"release", func(s *sessionJSON, _ *export) string { return s.Release }},
	{"referrer", func(s *sessionJSON, _ *export) string { return s.Referrer }},
	{"entry", func(s *sessionJSON, _ *export) string { return s.Entry }},
	{"exit", func(s *sessionJSON, _ *export) string { return s.Exit }},
	{"utm_source", utmColumn("source")},
	{"utm_medium", utmColumn("medium")},
	{"utm_campaign", utmColumn("campaign")},
	{"pages", count(func(c *countsJSON) int { return c.Pages })},
	{"clicks", count(func(c *countsJSON) int { return c.Clicks })},
	{"errors", count(func(c *countsJSON) int { return c.Errors })},
	{"console_errors", count(func(c *countsJSON) int { return c.ConsoleErrors })},
	{"failed_requests", count(func(c *countsJSON) int { return c.FailedRequests })},
	{"responses", count(func(c *countsJSON) int { return c.Responses })},
	{"rage", count(func(c *countsJSON) int { return c.Rage })},
	{"dead", count(func(c *countsJSON) int { return c.Dead })},
	{"errorclick", count(func(c *countsJSON) int { return c.ErrorClick })},
	{"quickback", count(func(c *countsJSON) int { return c.QuickBack })},
	{"slow", count(func(c *countsJSON) int { return c.Slow })},
	{"thrash", count(func(c *countsJSON) int { return c.Thrash })},
	{"abandon", count(func(c *countsJSON) int { return c.Abandon })},
	{"freeze", count(func(c *countsJSON) int { return c.Freeze })},
	{"refresh", count(func(c *countsJSON) int { return c.Refresh })},
	{"lcp_ms", vital("LCP")},
	{"inp_ms", vital("INP")},
	{"cls", vital("CLS")},
	{"tags", func(s *sessionJSON, _ *export) string { return strings.Join(s.Tags, ", ") }},
	{"link", func(s *sessionJSON, x *export) string { return x.origin + "/p/" + x.project + "/sessions/" + s.ID }},
}

func utmColumn(name string) func(*sessionJSON, *export) string {
	return func(s *sessionJSON, _ *export) string { return s.UTM[name] }
}

func count(of func(*countsJSON) int) func(*sessionJSON, *export) string {
	return func(s *sessionJSON, _ *export) string { return strconv.Itoa(of(&s.Counts)) }
}

// vital is empty where nothing was measured: 0 would be a good value.
func vital(name string) func(*sessionJSON, *export) string {
	return func(s *sessionJSON, _ *export) string {
		v, known := s.Vitals[name]
		if !known {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
}

func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) }

// moment is a time in the zone that was asked for, in ISO 8601 with its offset.
func (x *export) moment(ms int64) string {
	return time.UnixMilli(ms).In(x.zone).Format("2006-01-02T15:04:05.000Z07:00")
}

// csvSheet is RFC 4180 with a byte order mark.
type csvSheet struct {
	out   io.Writer
	w     *csv.Writer
	x     *export
	cells []string
}

func newCSVSheet(out io.Writer, x *export) *csvSheet {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return &csvSheet{out: out, w: w, x: x, cells: make([]string, len(csvColumns))}
}

func (c *csvSheet) begin() error {
	if _, err := io.WriteString(c.out, byteOrderMark); err != nil {
		return err
	}
	for i := range csvColumns {
		c.cells[i] = csvColumns[i].name
	}
	return c.w.Write(c.cells)
}

func (c *csvSheet) row(s *replay.Session) error {
	shown := sessionOf(s)
	for i := range csvColumns {
		c.cells[i] = plainCell(csvColumns[i].of(&shown, c.x))
	}
	return c.w.Write(c.cells)
}

// end says in the first cell of a last row that the file is not all there is.
func (c *csvSheet) end(rows int64, cut bool) error {
	if cut {
		clear(c.cells)
		c.cells[0] = fmt.Sprintf("# cut off after %d sessions; there are more", rows)
		if err := c.w.Write(c.cells); err != nil {
			return err
		}
	}
	c.w.Flush()
	return c.w.Error()
}

// formulaSigns begin a formula in one spreadsheet or another, the wide ones in East Asian editions;
// see OWASP, "CSV Injection".
var formulaSigns = []rune("=+-@\t\r\n＝＋－＠")

// plainCell makes sure that a spreadsheet takes a cell as text: what people type into a recorded
// site must not run on the desk of whoever opens the file. White space before the sign does not
// hide it, for some programs trim it.
func plainCell(text string) string {
	for _, r := range text {
		if slices.Contains(formulaSigns, r) {
			return "'" + text
		}
		if !unicode.IsSpace(r) && r != '\uFEFF' && r != '\u200B' {
			break
		}
	}
	return text
}
