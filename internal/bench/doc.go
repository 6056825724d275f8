// Package bench measures and checks a running service from outside. Its load driver
// sends realistic batches at a fixed rate, whether the service keeps up or not, and
// writes each acknowledged one into a ledger that survives a crash; its verifier holds
// a ledger against what is stored. Together they show whether anything that was
// acknowledged is missing, altered or doubled.
package bench

import "errors"

// ErrGone is returned, wrapped, where the target stopped answering altogether.
var ErrGone = errors.New("the target does not answer any more")
