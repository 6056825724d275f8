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

// tally is the aggregate function afterimage_tally: how often each text came, as JSON.
// GROUP BY would sort all rows first.
type tally map[string]int64

func init() {
	sqlite.MustRegisterFunction("afterimage_tally", &sqlite.FunctionImpl{
		NArgs:         1,
		Deterministic: true,
		MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) { return tally{}, nil },
	})
}

func (t tally) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	s, ok := args[0].(string)
	if !ok {
		return fmt.Errorf("afterimage_tally of a %T", args[0])
	}
	t[s]++
	return nil
}

func (t tally) WindowInverse(_ *sqlite.FunctionContext, args []driver.Value) error {
	if s, ok := args[0].(string); ok {
		t[s]--
	}
	return nil
}

func (t tally) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	b, err := json.Marshal(t)
	return string(b), err
}

func (t tally) Final(*sqlite.FunctionContext) {}

// readTally turns what afterimage_tally gave into the counts of each field.
func readTally(counted string) (total int64, facets map[string]map[string]int64, err error) {
	var t tally
	if err := json.Unmarshal([]byte(counted), &t); err != nil {
		return 0, nil, fmt.Errorf("count facets: %w", err)
	}
	facets = make(map[string]map[string]int64, len(search.FacetFields))
	for _, field := range search.FacetFields {
		facets[field] = map[string]int64{}
	}
	for text, n := range t {
		total += n
		for i, values := range strings.Split(text, facetBreak) {
			if values == "" {
				continue
			}
			for _, value := range strings.Split(values, valueBreak) {
				facets[search.FacetFields[i]][value] += n
			}
		}
	}
	return total, facets, nil
}
