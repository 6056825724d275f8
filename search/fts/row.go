package fts

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// The columns of the full-text table: marks, then one for each text field, so that a word
// can be asked for in a field and a phrase never reaches from one field into the next.
// Marks are tags: what is asked for as a whole (project, browser …); they begin with _, which
// no token of a text has.
//
// The table keeps no copy of the text (content=”): rows are deleted by giving
// FTS5 their words again, made from the document in bodies.
func createWords() string {
	return `CREATE VIRTUAL TABLE words USING fts5(marks, ` + strings.Join(search.TextFields, ", ") +
		`, content='', tokenize="ascii tokenchars '_'")`
}

// rank is the SQL that gives the bm25 of a row; lower is better.
var rank = func() string {
	weights := []string{"0"} // marks
	for _, field := range search.TextFields {
		w, ok := search.FieldWeights[field]
		if !ok {
			w = 1
		}
		weights = append(weights, strconv.FormatFloat(w, 'g', -1, 64))
	}
	return "bm25(words, " + strings.Join(weights, ", ") + ")"
}()

// textBreak stands between two texts of one column; no pattern holds it, so that a phrase
// is found in one text only.
const textBreak = " _ "

const (
	ridSeqBits = 21                // sessions that begin in the same ms: 2 million
	ridSeqMask = 1<<ridSeqBits - 1 //
	maxStarted = 1<<42 - 1         // unix ms, in the year 2109; with the bits above it fills an int64
)

// startedOf is the start of a session as far as a rid can hold it.
func startedOf(d *search.Document) int64 { return min(max(d.StartedAt, 0), maxStarted) }

// row is a document in the form of the tables.
type row struct {
	rid   int64
	doc   *search.Document
	words []any // values of the full-text columns
}

// makeWords gives the values of the full-text columns of a document.
func makeWords(d *search.Document) []any {
	values := make([]any, 0, len(search.TextFields)+1)
	values = append(values, strings.Join(tags(d), " "))
	for _, field := range search.TextFields {
		var b strings.Builder
		for _, text := range d.FieldTexts(field) {
			for _, stream := range search.Streams(search.ClipText(text)) {
				if b.Len() > 0 {
					b.WriteString(textBreak)
				}
				for i, token := range stream {
					if i > 0 {
						b.WriteByte(' ')
					}
					b.WriteString(token.Term)
				}
			}
		}
		values = append(values, b.String())
	}
	return values
}

// tag makes one tag; the value may be anything.
func tag(kind, value string) string { return "_" + kind + "_" + hex.EncodeToString([]byte(value)) }

func projectTag(project string) string { return tag("project", project) }

// valueTag stands for a whole value of a field.
func valueTag(field, value string) string { return tag(field, search.FoldValue(value)) }

// hasTag stands for search.Document.Has, presentTag for a field that is not empty.
func hasTag(what string) string      { return tag("has", what) }
func presentTag(field string) string { return tag("present", field) }

func tags(d *search.Document) []string {
	all := []string{projectTag(d.ProjectID)}
	for _, spec := range search.Keys {
		for _, field := range spec.Fields {
			texts := d.FieldTexts(field)
			if len(texts) == 0 {
				continue
			}
			if spec.Kind == search.KindValue {
				all = append(all, valueTag(field, texts[0]))
			}
			all = append(all, presentTag(field))
		}
		if spec.Key == "has" {
			for _, what := range spec.Flags {
				if d.Has(what) {
					all = append(all, hasTag(what))
				}
			}
		}
	}
	return all
}

// docColumns are the columns of docs behind rid, in the order of docValues.
const docColumns = `id, project, started, ended, active, clicks, pages, errors, failed, responses,
	nps, csat, ces, statuses, browser, os, device, country, release, language, facet`

func docValues(d *search.Document) []any {
	score := func(n int) any {
		if n < 0 {
			return nil
		}
		return n
	}
	var statuses []string
	for _, n := range d.Numbers("status") {
		statuses = append(statuses, strconv.FormatInt(n, 10))
	}
	return []any{d.ID, d.ProjectID, startedOf(d), d.EndedAt, d.ActiveMs, d.Clicks, d.PageCount, d.ErrorCount,
		d.FailedRequests, d.ResponseCount, score(d.NPS), score(d.CSAT), score(d.CES), strings.Join(statuses, ","),
		d.Browser, d.OS, d.Device, d.Country, d.Release, d.Language, facetOf(d)}
}

func encodeBody(d *search.Document) ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode search document %s: %w", d.ID, err)
	}
	return b, nil
}

func decodeBody(b []byte) (*search.Document, error) {
	var d search.Document
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, fmt.Errorf("search index holds a document that cannot be read; run reindex: %w", err)
	}
	return &d, nil
}
