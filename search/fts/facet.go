package fts

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"modernc.org/sqlite"

	"github.com/afterimage/afterimage/search"
)

// Between the fields of a facet column and between the values of one field: control
// characters, which are taken out of the values.
const (
	facetBreak = "\x1f"
	valueBreak = "\x1e"
)

// facetOf writes all facet values of a document as one text, so that counting them reads
// one column.
func facetOf(d *search.Document) string {
	fields := make([]string, len(search.FacetFields))
	for i, field := range search.FacetFields {
		values := d.FacetValues(field)
		for j, value := range values {
			values[j] = strings.Map(func(r rune) rune {
				if r < ' ' {
					return ' '
				}
				return r
			}, value)
		}
		fields[i] = strings.Join(values, valueBreak)
	}
	return strings.Join(fields, facetBreak)
}

// tally is the aggregate function afterimage_tally: how often each value of each facet came,
// as JSON. GROUP BY would sort all rows first.
type tally struct {
	Total  int64               `json:"total"`
	Values []map[string]*int64 `json:"values"` // by the order of search.FacetFields
}

func init() {
	sqlite.MustRegisterFunction("afterimage_tally", &sqlite.FunctionImpl{
		NArgs:         1,
		Deterministic: true,
		VolatileArgs:  true, // what is kept of an argument is copied
		MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) {
			t := &tally{Values: make([]map[string]*int64, len(search.FacetFields))}
			for i := range t.Values {
				t.Values[i] = map[string]*int64{}
			}
			return t, nil
		},
	})
}

// add counts the values of one facet column n times.
func (t *tally) add(args []driver.Value, n int64) error {
	rest, ok := args[0].(string)
	if !ok {
		return fmt.Errorf("afterimage_tally of a %T", args[0])
	}
	t.Total += n
	for i := 0; i < len(t.Values); i++ {
		var values string
		values, rest, _ = strings.Cut(rest, facetBreak)
		for values != "" {
			var value string
			value, values, _ = strings.Cut(values, valueBreak)
			// Counts are pointers because writing to a map under a key that is there
			// replaces the key too, here by a text that soon is another.
			count := t.Values[i][value]
			if count == nil {
				count = new(int64)
				t.Values[i][strings.Clone(value)] = count
			}
			*count += n
		}
	}
	return nil
}

func (t *tally) Step(_ *sqlite.FunctionContext, args []driver.Value) error { return t.add(args, 1) }

func (t *tally) WindowInverse(_ *sqlite.FunctionContext, args []driver.Value) error {
	return t.add(args, -1)
}

func (t *tally) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	b, err := json.Marshal(t)
	return string(b), err
}

func (t *tally) Final(*sqlite.FunctionContext) {}

// readTally turns what afterimage_tally gave into the counts of each field.
func readTally(counted string) (total int64, facets map[string]map[string]int64, err error) {
	var t tally
	if err := json.Unmarshal([]byte(counted), &t); err != nil || len(t.Values) != len(search.FacetFields) {
		return 0, nil, fmt.Errorf("count facets: %d fields, %w", len(t.Values), err)
	}
	facets = make(map[string]map[string]int64, len(search.FacetFields))
	for i, field := range search.FacetFields {
		facets[field] = make(map[string]int64, len(t.Values[i]))
		for value, count := range t.Values[i] {
			facets[field][value] = *count
		}
	}
	return t.Total, facets, nil
}
