package fts

import (
	"database/sql/driver"
	"fmt"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
)

// callName is the SQL function that calls back into Go: its first argument is the number of a
// function that callbacks gave out, the others are what it is called with.
const callName = "afterimage_call"

// calls are the functions that running searches have given to SQL. SQLite's functions are
// registered for the whole process, so they are found by a number.
var (
	calls    sync.Map // int64 → callback
	lastCall atomic.Int64
)

// callback is what SQL calls. A blob that it gets is only valid until it returns.
type callback func(args []driver.Value) (bool, error)

// callbacks are the functions of one search.
type callbacks []int64

// add makes a function one that SQL can call, and returns its number.
func (c *callbacks) add(fn callback) int64 {
	n := lastCall.Add(1)
	calls.Store(n, fn)
	*c = append(*c, n)
	return n
}

func (c *callbacks) release() {
	for _, n := range *c {
		calls.Delete(n)
	}
	*c = nil
}

func init() {
	sqlite.MustRegisterFunction(callName, &sqlite.FunctionImpl{
		NArgs:        -1,
		VolatileArgs: true,
		Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			n, _ := args[0].(int64)
			fn, ok := calls.Load(n)
			if !ok {
				return nil, fmt.Errorf("%s: no function %d", callName, n)
			}
			yes, err := fn.(callback)(args[1:])
			if yes {
				return int64(1), err
			}
			return int64(0), err
		},
	})
}
