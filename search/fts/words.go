package fts

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/afterimage/afterimage/search"
)

// The columns of the full-text table: tags (see tags.go), one for each text field that a word can be
// asked for in, so that a phrase never reaches from one field into the next, and two that
// take what is asked for in no field of its own: rest, where typos are looked for, and codes,
// where they are not. A facet's column holds only values that are one word, so that the word
// stands for the whole value; the others are tags, and words in rest or codes.
const (
	tagsColumn  = "tags"
	restColumn  = "rest"
	codesColumn = "codes"
)

var (
	columns     = append(append([]string{tagsColumn}, ownColumns()...), restColumn, codesColumn)
	typoColumns = typoColumnsOf()
	columnOf    = map[string]int{}
	restOf      = map[string]int{}
)

func init() {
	for _, field := range search.TextFields {
		rest := slices.Index(columns, codesColumn)
		if slices.Contains(search.TypoFields, field) {
			rest = slices.Index(columns, restColumn)
		}
		restOf[field], columnOf[field] = rest, rest
		if i := slices.Index(columns, field); i >= 0 {
			columnOf[field] = i
		}
	}
}

// ownColumns are the text fields that filters ask for words in, and the facets.
func ownColumns() []string {
	var own []string
	for _, field := range search.TextFields {
		asked := slices.ContainsFunc(search.Keys, func(spec search.KeySpec) bool {
			return (spec.Kind == search.KindText || spec.Kind == search.KindURL) && slices.Contains(spec.Fields, field)
		})
		if asked || slices.Contains(headFields, field) {
			own = append(own, field)
		}
	}
	return own
}

func typoColumnsOf() []string {
	kept := []string{restColumn}
	for _, field := range ownColumns() {
		if slices.Contains(search.TypoFields, field) {
			kept = append(kept, field)
		}
	}
	return kept
}

// createWords makes the full-text table. It keeps no copy of the text (content=”): rows are
// deleted by giving FTS5 their words again, made from the document.
func createWords() string {
	return `CREATE VIRTUAL TABLE words USING fts5(` + strings.Join(columns, ", ") +
		`, content='', tokenize="ascii tokenchars '_'")`
}

// rank is the SQL that gives the bm25 of a row; lower is better.
var rank = func() string {
	var weights []string
	for _, column := range columns {
		w, ok := search.FieldWeights[column]
		if !ok {
			w = 1
		}
		if column == tagsColumn {
			w = 0
		}
		weights = append(weights, strconv.FormatFloat(w, 'g', -1, 64))
	}
	return "bm25(words, " + strings.Join(weights, ", ") + ")"
}()

// textBreak stands between two texts of one column; no pattern holds it, so that a phrase
// is found in one text only.
const textBreak = "_ "

// wordMaker writes the columns of one document after the other. It keeps its memory.
type wordMaker struct {
	columns     [][]byte
	base, parts []search.Token
}

var wordMakers = sync.Pool{New: func() any { return &wordMaker{columns: make([][]byte, len(columns))} }}

// makeWords gives the values of the full-text columns of a document: "" or words with spaces
// between. eachTerm, if not nil, gets every term of the texts.
func makeWords(d *search.Document, project int64, eachTerm func(string)) []string {
	m := wordMakers.Get().(*wordMaker)
	defer wordMakers.Put(m)
	for i := range m.columns {
		m.columns[i] = m.columns[i][:0]
	}
	m.columns[0] = appendTags(m.columns[0], d, project)
	for _, field := range search.TextFields {
		if field == "id" {
			if _, ok := uuidBytes(d.ID); ok {
				continue // see ids.go
			}
		}
		for _, text := range d.FieldTexts(field) {
			m.text(field, search.ClipText(text), project)
			if eachTerm != nil {
				for i := range m.base {
					eachTerm(m.base[i].Term)
				}
				for i := range m.parts {
					eachTerm(m.parts[i].Term)
				}
			}
		}
	}
	values := make([]string, len(m.columns))
	for i, column := range m.columns {
		values[i] = string(column)
	}
	return values
}

func (m *wordMaker) text(field, text string, project int64) {
	m.base, m.parts = search.AppendTokens(m.base[:0], m.parts[:0], text)
	column, parts := columnOf[field], columnOf[field]
	if isFacetField(field) {
		parts = restOf[field]
		if len(m.base) != 1 || m.base[0].Term != foldValue(text) {
			column = parts
			m.columns[0] = appendValue(m.columns[0], valuesTag(project, field), text, true, false)
		}
	}
	m.stream(column, m.base)
	m.stream(parts, m.parts)
}

func (m *wordMaker) stream(column int, tokens []search.Token) {
	if len(tokens) == 0 {
		return
	}
	b := m.columns[column]
	if len(b) > 0 {
		b = append(b, textBreak...)
	}
	for i := range tokens {
		b = append(append(b, tokens[i].Term...), ' ')
	}
	m.columns[column] = b
}

// oneWord tells whether a value of a facet stands in the facet's own column.
func oneWord(value string) (term string, ok bool) {
	base, _ := search.AppendTokens(nil, nil, value)
	if len(base) == 1 && base[0].Term == foldValue(value) {
		return base[0].Term, true
	}
	return "", false
}
