package fts

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/afterimage/afterimage/search"
)

// A row id is, from the high bits down, the project, the bucket of time that the session began in,
// and a slot in that bucket. So a project is a range of rows, which is how no query gets out
// of it, and so is a time; and rows of one bucket stand close together, which is what keeps the
// index small: it holds differences of row ids.
const (
	slotBits    = 22 // sessions of one project that begin in one bucket: 4 million
	bucketShift = 26 // a bucket is 2^26 ms, 18.6 hours
	startedBits = 42 // unix ms up to the year 2109
	projectBits = 17

	rowBits    = startedBits - bucketShift + slotBits // of a row id, below the project
	slotMax    = 1<<slotBits - 1
	projectMax = 1<<projectBits - 1
	startedMax = 1<<startedBits - 1
)

// startedOf is the start of a session as far as a row id can hold it.
func startedOf(d *search.Document) int64 { return min(max(d.StartedAt, 0), startedMax) }

// bucketOf gives the first row id of the bucket of a session that begins at a time.
func bucketOf(project, started int64) int64 {
	return project<<rowBits | started>>bucketShift<<slotBits
}

// span is row ids from low to high, both included.
type span struct{ low, high int64 }

func (s span) args() []any { return []any{s.low, s.high} }

// rows is where sessions of a project can stand that begin from one time up to before another,
// 0 standing for an open end; inner is the part where all that stands does.
func rows(project, from, to int64) (all, inner span) {
	all = span{project << rowBits, (project+1)<<rowBits - 1}
	inner = all
	if from > startedMax || to < 0 {
		return span{1, 0}, span{1, 0}
	}
	if from > 0 {
		all.low = bucketOf(project, from)
		inner.low = all.low
		if from&(1<<bucketShift-1) != 0 {
			inner.low += slotMax + 1
		}
	}
	if to > 0 && to <= startedMax {
		all.high = bucketOf(project, to-1) + slotMax
		inner.high = bucketOf(project, to) - 1
	}
	return all, inner
}

// bucket is what is known of the sessions of one bucket. Within it they stand as they came, which
// is about but not quite by time.
type bucket struct {
	next int64 // slot
	top  int64 // the latest start
	// late is by how many ms a session began before one that stands in front of it, at most.
	late int64
}

// place gives a new session its row and notes it in the bucket.
func (b *bucket) place(first, started int64) (rid int64, err error) {
	if b.next > slotMax {
		return 0, fmt.Errorf("more than %d sessions of a project began within %d hours", slotMax, 1<<bucketShift/3_600_000)
	}
	if b.next > 0 {
		b.late = max(b.late, b.top-started)
	}
	b.top = max(b.top, started)
	rid = first + b.next
	b.next++
	return rid, nil
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readBucket(ctx context.Context, q queryer, first int64) (b bucket, err error) {
	err = q.QueryRowContext(ctx, `SELECT next, top, late FROM buckets WHERE rid = ?`, first).Scan(&b.next, &b.top, &b.late)
	if err == sql.ErrNoRows {
		err = nil
	}
	return b, err
}

// projectCode gives the number that stands for a project in row ids; 0 if there is none.
func projectCode(ctx context.Context, q queryer, id string) (code int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT code FROM projects WHERE id = ?`, id).Scan(&code)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	return code, err
}
