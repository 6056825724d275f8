package fts

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/afterimage/afterimage/search"
)

// A stored document is two blobs. The head holds what is compared, ordered and counted by; the
// body holds the rest. Numbers are varints, texts have their length in front.

// headFields are the facets that the head has the values of.
var headFields = slices.DeleteFunc(slices.Clone(search.FacetFields), func(field string) bool { return field == "has" })

// numberKeys are the keys whose numbers stand in the head; always tells which of them have a
// number in every document: it is 0 where it is not written.
var numberKeys, always = func() (keys []string, always map[string]bool) {
	always = map[string]bool{}
	none := search.Document{NPS: -1, CSAT: -1, CES: -1, Score: -1}
	for _, spec := range search.Keys {
		if spec.Ordered() && spec.Key != "started" && spec.Key != "duration" {
			keys = append(keys, spec.Key)
			always[spec.Key] = len(none.Numbers(spec.Key)) > 0
		}
	}
	return keys, always
}()

// head is a decoded head; texts and numbers stay in the blob.
type head struct {
	started, ended int64
	key            []byte // idKey of the id
	values         []byte // of headFields
	has            uint64 // bit i: search.FacetHas[i]
	numbers        []byte
}

var errCodec = errors.New("the search index holds a document that cannot be read; run reindex")

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendHead(b []byte, d *search.Document) []byte {
	b = binary.AppendVarint(b, d.StartedAt)
	b = binary.AppendVarint(b, d.EndedAt)
	b = appendText(b, string(idKey(d.ID)))
	var values []byte
	for _, field := range headFields {
		value := ""
		if all := d.FacetValues(field); len(all) > 0 {
			value = all[0]
		}
		values = appendText(values, value)
	}
	b = appendText(b, string(values))
	has := uint64(0)
	for i, what := range search.FacetHas {
		if d.Has(what) {
			has |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, has)
	for i, key := range numberKeys {
		for _, n := range d.Numbers(key) {
			if n != 0 || !always[key] {
				b = binary.AppendUvarint(b, uint64(i))
				b = binary.AppendVarint(b, n)
			}
		}
	}
	return b
}

func parseHead(b []byte) (head, error) {
	r := reader{b: b}
	h := head{started: r.int(), ended: r.int(), key: r.text(), values: r.text(), has: r.uint(), numbers: r.b}
	return h, r.err()
}

// number calls fn with each number that the document has for a key, until it returns true, which
// number returns, too.
func (h *head) number(key string, fn func(int64) bool) bool {
	switch key {
	case "started":
		return fn(h.started)
	case "duration":
		return fn(max(h.ended-h.started, 0))
	}
	want := uint64(slices.Index(numberKeys, key))
	some := false
	for r := (reader{b: h.numbers}); len(r.b) > 0; {
		i, n := r.uint(), r.int()
		if i == want {
			if fn(n) {
				return true
			}
			some = true
		}
	}
	return !some && always[key] && fn(0)
}

// value returns the value of one of the headFields.
func (h *head) value(field string) string {
	r := reader{b: h.values}
	for _, name := range headFields {
		if v := r.text(); name == field {
			return string(v)
		}
	}
	return ""
}

// The parts of a document that the body holds, in order.
func bodyTexts(d *search.Document) []*string {
	return []*string{&d.UserID, &d.UserEmail, &d.Referrer}
}

func bodyLists(d *search.Document) []*[]string {
	return []*[]string{&d.URLs, &d.Titles, &d.Errors, &d.Console, &d.Requests, &d.Custom, &d.Complaints, &d.Responses,
		&d.ErrorTypes, &d.Surveys, &d.Tags, &d.Tickets}
}

func bodyInts(d *search.Document) []*int {
	return []*int{&d.NPS, &d.CSAT, &d.CES, &d.Clicks, &d.ErrorCount, &d.PageCount, &d.FailedRequests, &d.ResponseCount,
		&d.ComplaintCount, &d.Score}
}

func appendBody(b []byte, d *search.Document) []byte {
	for _, s := range bodyTexts(d) {
		b = appendText(b, *s)
	}
	for _, list := range bodyLists(d) {
		b = binary.AppendUvarint(b, uint64(len(*list)))
		for _, s := range *list {
			b = appendText(b, s)
		}
	}
	for _, n := range bodyInts(d) {
		b = binary.AppendVarint(b, int64(*n))
	}
	b = binary.AppendVarint(b, d.ActiveMs)
	b = binary.AppendUvarint(b, uint64(len(d.Traits)))
	for _, name := range slices.Sorted(maps.Keys(d.Traits)) {
		b = appendText(appendText(b, name), d.Traits[name])
	}
	b = binary.AppendUvarint(b, uint64(len(d.Signals)))
	for _, name := range slices.Sorted(maps.Keys(d.Signals)) {
		b = binary.AppendVarint(appendText(b, name), int64(d.Signals[name]))
	}
	b = binary.AppendUvarint(b, uint64(len(d.Vitals)))
	for _, name := range slices.Sorted(maps.Keys(d.Vitals)) {
		b = binary.AppendVarint(appendText(b, name), d.Vitals[name])
	}
	return b
}

// parseDocument reads a document back, but for its project, which its row tells.
func parseDocument(headBlob, body []byte) (*search.Document, error) {
	h, err := parseHead(headBlob)
	if err != nil {
		return nil, err
	}
	d := &search.Document{ID: idOf(h.key), StartedAt: h.started, EndedAt: h.ended, Browser: h.value("browser"), OS: h.value("os"),
		Device: h.value("device"), Country: h.value("country"), Release: h.value("release"), Language: h.value("language")}
	r := reader{b: body}
	for _, s := range bodyTexts(d) {
		*s = string(r.text())
	}
	for _, list := range bodyLists(d) {
		for range r.uint() {
			if r.bad {
				break
			}
			*list = append(*list, string(r.text()))
		}
	}
	for _, n := range bodyInts(d) {
		*n = int(r.int())
	}
	d.ActiveMs = r.int()
	d.Traits = readMap(&r, func() string { return string(r.text()) })
	d.Signals = readMap(&r, func() int { return int(r.int()) })
	d.Vitals = readMap(&r, r.int)
	return d, r.err()
}

func readMap[T any](r *reader, value func() T) map[string]T {
	n := r.uint()
	if n == 0 || r.bad {
		return nil
	}
	m := map[string]T{}
	for range n {
		name := string(r.text())
		if m[name] = value(); r.bad {
			break
		}
	}
	return m
}

// reader reads a blob; after what it cannot read it gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) text() []byte {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return nil
	}
	text := r.b[:n]
	r.b = r.b[n:]
	return text
}

func (r *reader) err() error {
	if r.bad {
		return errCodec
	}
	return nil
}
