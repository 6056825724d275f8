package fts

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// filled makes a document in which no field is empty, so that a field that the codec forgets, also one that
// is added to Document later, is missed.
func filled() search.Document {
	var d search.Document
	v := reflect.ValueOf(&d).Elem()
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch field.Kind() {
		case reflect.String:
			field.SetString(name + " 값")
		case reflect.Int, reflect.Int64:
			field.SetInt(int64(1000 + i))
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{name, "", "둘"}))
		case reflect.Map:
			m := reflect.MakeMap(field.Type())
			value := reflect.New(field.Type().Elem()).Elem()
			if value.Kind() == reflect.String {
				value.SetString("값")
			} else {
				value.SetInt(-7)
			}
			m.SetMapIndex(reflect.ValueOf(name), value)
			field.Set(m)
		default:
			panic(name)
		}
	}
	return d
}

func TestDocumentsAreReadAsTheyWere(t *testing.T) {
	for _, d := range append(searchtest.Documents(3, "p", 200), filled()) {
		got, err := parseDocument(appendHead(nil, &d), appendBody(nil, &d))
		if err != nil {
			t.Fatal(err)
		}
		got.ProjectID = d.ProjectID // of the row
		if !reflect.DeepEqual(*got, d) {
			t.Fatalf("stored\n%+v, read\n%+v", d, *got)
		}
	}
}

// TestHeadTellsNumbers holds that a head has the numbers of its document, for every key.
func TestHeadTellsNumbers(t *testing.T) {
	for _, d := range append(searchtest.Documents(4, "p", 200), filled(), search.Document{NPS: -1, CSAT: -1, CES: -1, Score: -1}) {
		h, err := parseHead(appendHead(nil, &d))
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range search.Keys {
			if !spec.Ordered() {
				continue
			}
			var got []int64
			h.number(spec.Key, func(n int64) bool { got = append(got, n); return false })
			want := slices.Clone(d.Numbers(spec.Key))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s: %v, want %v", spec.Key, d.ID, got, want)
			}
		}
		for _, field := range headFields {
			want := ""
			if all := d.FacetValues(field); len(all) > 0 {
				want = all[0]
			}
			if got := h.value(field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
	}
}

// FuzzDocument holds that a blob that is damaged is an error and no panic.
func FuzzDocument(f *testing.F) {
	d := filled()
	f.Add(appendHead(nil, &d), appendBody(nil, &d))
	f.Add([]byte{1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}, []byte{})
	f.Fuzz(func(t *testing.T, headBlob, body []byte) {
		got, err := parseDocument(headBlob, body)
		if err != nil || len(got.Trait("")) > 0 {
			return
		}
		again, err := parseDocument(appendHead(nil, got), appendBody(nil, got))
		if err != nil || again.ID != got.ID || again.StartedAt != got.StartedAt || !slices.Equal(again.URLs, got.URLs) {
			t.Errorf("read again: %v, %+v, want %+v", err, again, got)
		}
	})
}

func TestIDs(t *testing.T) {
	for _, id := range []string{"", "a", "Ab", "한글", "019f2c3e-0000-7abc-8def-0123456789ab", "019F2C3E-0000-7ABC-8DEF-0123456789AB",
		"019f2c3e-0000-7abc-8def-0123456789ag", "019f2c3e000070008def0123456789ab1234", "\x00", "a\x00b"} {
		if got := idOf(idKey(id)); got != id {
			t.Errorf("the id %q is read as %q", id, got)
		}
	}
}

// FuzzEscape holds that tags give back what was put in, and that what begins alike has tags that begin alike.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a", "A_b", "/결제?x=1", "\xff__", "_5f"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		escaped := string(appendEscaped(nil, s))
		if got, ok := unescape(escaped); !ok || got != s {
			t.Errorf("%q is %q, and back %q", s, escaped, got)
		}
		if strings.Contains(escaped, tagBreak) || strings.ContainsAny(escaped, "ABCDEFGHIJKLMNOPQRSTUVWXYZ \"") {
			t.Errorf("%q is %q, which FTS5 takes apart", s, escaped)
		}
		if cut = min(max(cut, 0), len(s)); !strings.HasPrefix(escaped, string(appendEscaped(nil, s[:cut]))) {
			t.Errorf("the tag of %q does not begin as that of %q", s, s[:cut])
		}
		if a, b := foldValue(s), search.FoldValue(s); a != b {
			t.Errorf("%q folds to %q, want %q", s, a, b)
		}
	})
}

// TestRows holds where sessions are looked for: all that began in a time are in the rows of it, and
// nothing else is in the inner ones.
func TestRows(t *testing.T) {
	const bucketMs = 1 << bucketShift
	times := []int64{0, 1, bucketMs - 1, bucketMs, bucketMs + 1, 5*bucketMs + 7, 6 * bucketMs, startedMax - 1, startedMax}
	for _, from := range append(times, startedMax+1, -5) {
		for _, to := range append(times, startedMax+1, -5) {
			all, inner := rows(3, from, to)
			for _, at := range times {
				rid := bucketOf(3, at) + 9
				asked := (from == 0 || at >= from) && (to == 0 || at < to)
				if within := rid >= all.low && rid <= all.high; asked && !within {
					t.Errorf("a session of %d is not in the rows from %d to %d", at, from, to)
				}
				if within := rid >= inner.low && rid <= inner.high; within && !asked {
					t.Errorf("a session of %d is in the inner rows from %d to %d", at, from, to)
				}
				for _, other := range []int64{2, 4} {
					if rid := bucketOf(other, at); rid >= all.low && rid <= all.high {
						t.Errorf("a session of project %d is in the rows of project 3, %s", other, fmt.Sprint(from, to))
					}
				}
			}
		}
	}
}
