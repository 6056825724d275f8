// Package bench measures and checks a service. Its load driver
// sends realistic batches at a fixed rate, whether the service keeps up or not, and
// writes each acknowledged one into a ledger that survives a crash; its verifier holds
// a ledger against what is stored. Together they show whether anything that was
// acknowledged is missing, altered or doubled. And it measures sealed sessions: how small and
// how fast sealing makes recordings, and what playing long ones takes.
package bench

import "errors"

// ErrGone is returned, wrapped, where the target stopped answering altogether.
var ErrGone = errors.New("the target does not answer any more")
