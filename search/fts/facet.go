package fts

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"sort"

	"github.com/afterimage/afterimage/search"
)

// facetColumns is what a project's facets are counted with: a line for each session, in the
// order of rows. 14 bytes a session.
type facetColumns struct {
	rids   []int64
	values []uint32 // index into sets
	has    []uint16 // bit i: search.FacetHas[i]; gone: the session was deleted
	sets   [][]string
	codes  map[string]uint32 // the values as the head has them → index into sets
	moves  int               // lines that were put between others since it was loaded
}

const gone = 1 << 15

const (
	// maxColumnRows bounds the memory: 42 MB. A project with more sessions is counted from the
	// file.
	maxColumnRows = 3_000_000
	// maxMoves is how many sessions that come late are put in their place before loading all
	// again costs less.
	maxMoves = 1000
)

// facetsOf returns the columns of a project, nil if it has too many sessions.
func (m *memory) facetsOf(ctx context.Context, tx *sql.Tx, project int64) (*facetColumns, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.touch()
	if c, ok := m.columns[project]; ok {
		return c, nil
	}
	in, _ := rows(project, 0, 0)
	var some int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM ids WHERE rid >= ? AND rid <= ? LIMIT ?)`,
		in.low, in.high, maxColumnRows+1).Scan(&some); err != nil || some > maxColumnRows {
		return nil, err
	}
	c := &facetColumns{codes: map[string]uint32{}, rids: make([]int64, 0, some), values: make([]uint32, 0, some), has: make([]uint16, 0, some)}
	err := eachHead(ctx, tx, in, func(rid int64, h *head) {
		c.rids, c.values, c.has = append(c.rids, rid), append(c.values, c.code(h.values)), append(c.has, uint16(h.has))
	})
	if err != nil {
		return nil, err
	}
	if m.columns == nil {
		m.columns = map[int64]*facetColumns{}
	}
	m.columns[project] = c
	return c, nil
}

// eachHead calls fn with the heads of rows, in their order.
func eachHead(ctx context.Context, tx *sql.Tx, in span, fn func(rid int64, h *head)) error {
	rows, err := tx.QueryContext(ctx, `SELECT rid, head FROM docs WHERE rid >= ? AND rid <= ? ORDER BY rid`, in.args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var rid int64
		var blob sql.RawBytes
		if err := rows.Scan(&rid, &blob); err != nil {
			return err
		}
		h, err := parseHead(blob)
		if err != nil {
			return err
		}
		fn(rid, &h)
	}
	return rows.Err()
}

// code gives the number of a set of values, which are as the head has them.
func (c *facetColumns) code(values []byte) uint32 {
	code, ok := c.codes[string(values)]
	if !ok {
		code = uint32(len(c.sets))
		set := make([]string, len(headFields))
		r := reader{b: values}
		for i := range set {
			set[i] = string(r.text())
		}
		c.sets = append(c.sets, set)
		c.codes[string(values)] = code
	}
	return code
}

// change takes over a change of the file; false where loading again is better.
func (c *facetColumns) change(ch change) bool {
	i := sort.Search(len(c.rids), func(i int) bool { return c.rids[i] >= ch.rid })
	here := i < len(c.rids) && c.rids[i] == ch.rid
	if ch.remove {
		if here {
			c.has[i] |= gone
		}
		return true
	}
	h, err := parseHead(ch.head)
	if err != nil || len(c.rids) >= maxColumnRows {
		return false
	}
	if !here {
		if i < len(c.rids) {
			if c.moves++; c.moves > maxMoves {
				return false
			}
		}
		c.rids, c.values, c.has = slices.Insert(c.rids, i, ch.rid), slices.Insert(c.values, i, 0), slices.Insert(c.has, i, 0)
	}
	c.values[i], c.has[i] = c.code(h.values), uint16(h.has)
	return true
}

// tally counts facet values and sessions.
type tally struct {
	c      *facetColumns
	total  int64
	values []int64 // by index into sets
	has    [16]int64
	at     int // where in the columns the row before was found
}

func (t *tally) line(i int) {
	has := t.c.has[i]
	if has&gone != 0 {
		return
	}
	t.total++
	t.values[t.c.values[i]]++
	for b := 0; has != 0; b++ {
		if has&1 != 0 {
			t.has[b]++
		}
		has >>= 1
	}
}

// row counts a row. Rows come in their order.
func (t *tally) row(rid int64) {
	rids := t.c.rids
	// Rows that match often stand close to each other: look near before searching.
	step := 1
	for t.at+step < len(rids) && rids[t.at+step] < rid {
		t.at += step
		step *= 2
	}
	high := min(t.at+step+1, len(rids))
	for t.at < high && rids[t.at] < rid {
		mid := (t.at + high) / 2
		if rids[mid] < rid {
			t.at = mid + 1
		} else {
			high = mid
		}
	}
	if t.at < len(rids) && rids[t.at] == rid {
		t.line(t.at)
	}
}

// facets gives the counts of each field.
func (t *tally) facets() map[string]map[string]int64 {
	facets := make(map[string]map[string]int64, len(search.FacetFields))
	for _, field := range search.FacetFields {
		facets[field] = map[string]int64{}
	}
	for code, n := range t.values {
		for i, value := range t.c.sets[code] {
			if n > 0 && value != "" {
				facets[headFields[i]][value] += n
			}
		}
	}
	for i, what := range search.FacetHas {
		if t.has[i] > 0 {
			facets["has"][what] = t.has[i]
		}
	}
	return facets
}

// count fills the total and the facets of a result, as far as they are asked for; page is what
// was found.
func (x *run) count(ctx context.Context, page []found, result *search.Result) error {
	r := x.r
	if !r.WithFacet && !r.WithTotal {
		return nil
	}
	everything := x.plan.match == "" && len(x.plan.where) == 0
	if !r.WithFacet && !everything {
		rid, from, args := x.counted(x.all)
		return x.tx.QueryRowContext(ctx, "SELECT count("+rid+")"+from, args...).Scan(&result.Total)
	}
	c, err := x.s.kept.facetsOf(ctx, x.tx, x.project)
	if err != nil {
		return err
	}
	var t *tally
	switch {
	case c == nil:
		t, err = x.countHeads(ctx)
	case everything && x.all == x.inner:
		t = newTally(c)
		from := sort.Search(len(c.rids), func(i int) bool { return c.rids[i] >= x.all.low })
		for i := from; i < len(c.rids) && c.rids[i] <= x.all.high; i++ {
			t.line(i)
		}
	default:
		t, err = x.countRows(ctx, c, page)
	}
	if err != nil {
		return err
	}
	if r.WithFacet {
		result.Facets = t.facets()
	}
	if r.WithTotal {
		result.Total = t.total
	}
	return nil
}

func newTally(c *facetColumns) *tally { return &tally{c: c, values: make([]int64, len(c.sets))} }

// manyRows is how many rows are worth counting on two cores.
const manyRows = 10_000

// countRows counts the rows that match.
func (x *run) countRows(ctx context.Context, c *facetColumns, page []found) (*tally, error) {
	t := newTally(c)
	if x.expected(c, page) < manyRows {
		return t, x.countPart(ctx, x.tx, x.all, t)
	}
	select {
	case x.s.second <- struct{}{}:
		defer func() { <-x.s.second }()
	default: // somebody else has the second core
		return t, x.countPart(ctx, x.tx, x.all, t)
	}
	// Nobody writes meanwhile, see memory.changing: the other connection sees the same.
	other, err := x.s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer other.Rollback()
	middle := c.middle(x.all)
	late, done := newTally(c), make(chan error, 1)
	go func() { done <- x.countPart(ctx, other, span{middle, x.all.high}, late) }()
	err = x.countPart(ctx, x.tx, span{x.all.low, middle - 1}, t)
	err = errors.Join(err, <-done)
	t.add(late)
	return t, err
}

// expected guesses how many rows match, from how close together those of the page stand.
func (x *run) expected(c *facetColumns, page []found) int {
	if len(page) < x.r.Limit || len(page) == 0 {
		return len(page)
	}
	low, high := page[0].rid, page[0].rid
	for _, f := range page {
		low, high = min(low, f.rid), max(high, f.rid)
	}
	from, to := c.at(x.all.low), c.at(x.all.high+1)
	return len(page) * (to - from) / (c.at(high+1) - c.at(low) + 1)
}

// at is where in the columns the first row from rid on stands.
func (c *facetColumns) at(rid int64) int {
	return sort.Search(len(c.rids), func(i int) bool { return c.rids[i] >= rid })
}

// middle is a row that has as many before it as behind.
func (c *facetColumns) middle(in span) int64 {
	i := (c.at(in.low) + c.at(in.high+1)) / 2
	if i >= len(c.rids) {
		return in.high
	}
	return c.rids[i]
}

func (t *tally) add(other *tally) {
	t.total += other.total
	for i, n := range other.values {
		t.values[i] += n
	}
	for i, n := range other.has {
		t.has[i] += n
	}
}

// countPart counts the rows that match and are in a span.
func (x *run) countPart(ctx context.Context, tx *sql.Tx, in span, t *tally) error {
	var calls callbacks
	defer calls.release()
	n := calls.add(func(args []driver.Value) (bool, error) {
		rid, _ := args[0].(int64)
		t.row(rid)
		return false, nil
	})
	rid, from, args := x.counted(in)
	var none float64
	if len(x.plan.where) == 0 && x.all == x.inner {
		// All rows of the full-text table count: a condition that is never true sees each of them,
		// and SQLite does nothing more with it. Among other conditions it might come first.
		return tx.QueryRowContext(ctx, "SELECT count(*)"+from+" AND "+callName+"(?, "+rid+")", append(args, n)...).Scan(&none)
	}
	return tx.QueryRowContext(ctx, "SELECT total("+callName+"(?, "+rid+"))"+from, append([]any{n}, args...)...).Scan(&none)
}

// counted is source for counting: of the buckets at the ends of the time asked for, only the
// sessions that began in it.
func (x *run) counted(in span) (rid, from string, args []any) {
	rid, from, args = x.source(in, false)
	if x.all == x.inner {
		return rid, from, args
	}
	n := x.calls.add(func(args []driver.Value) (bool, error) { return x.inTime(startOf(blob(args[0]))), nil })
	from += " AND (" + rid + " BETWEEN ? AND ? OR " + callName + "(?, (SELECT head FROM docs WHERE docs.rid = " + rid + ")))"
	return rid, from, append(args, x.inner.low, x.inner.high, n)
}

// countHeads counts from the file.
func (x *run) countHeads(ctx context.Context) (*tally, error) {
	c := &facetColumns{codes: map[string]uint32{}, has: []uint16{0}, values: []uint32{0}}
	t := &tally{c: c}
	rid, from, args := x.source(x.all, true)
	rows, err := x.tx.QueryContext(ctx, "SELECT "+rid+", d.head"+from, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var rid int64
		var blob sql.RawBytes
		if err := rows.Scan(&rid, &blob); err != nil {
			return nil, err
		}
		h, err := parseHead(blob)
		if err != nil {
			return nil, err
		}
		if !x.inTime(h.started) {
			continue
		}
		c.values[0], c.has[0] = c.code(h.values), uint16(h.has)
		for len(t.values) < len(c.sets) {
			t.values = append(t.values, 0)
		}
		t.line(0)
	}
	return t, rows.Err()
}
