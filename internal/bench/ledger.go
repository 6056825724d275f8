package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Entry is one acknowledged batch: a line of a ledger.
type Entry struct {
	Session string  `json:"session"`
	Tab     string  `json:"tab"`
	Seq     int64   `json:"seq"`
	SHA256  string  `json:"sha256"` // hex, of each event's JSON followed by a line feed
	At      int64   `json:"at"`     // when the answer came, unix ms
	Ms      float64 `json:"ms"`     // from when the batch was due to the answer
}

// ledgerQueue is how many entries may wait to be written; beyond it the driver waits
// with taking answers, not with sending.
const ledgerQueue = 4096

// ledger appends entries to a file. An entry counts only once it is on stable storage:
// what was acknowledged must be known even if this process, too, is killed.
type ledger struct {
	file    *os.File
	entries chan Entry
	done    chan struct{}
	written int64 // valid after Close
	err     error // valid after Close
}

func newLedger(path string) (*ledger, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l := &ledger{file: f, entries: make(chan Entry, ledgerQueue), done: make(chan struct{})}
	go l.run()
	return l, nil
}

// add takes one entry; it is on stable storage some milliseconds later, or, at the
// latest, when Close has returned.
func (l *ledger) add(e Entry) { l.entries <- e }

// run writes what waits, makes it durable, and does so again.
func (l *ledger) run() {
	defer close(l.done)
	var buf bytes.Buffer
	for e := range l.entries {
		buf.Reset()
		n := int64(0)
		for more := true; more; {
			line, err := json.Marshal(e)
			l.err = errors.Join(l.err, err)
			buf.Write(append(line, '\n'))
			n++
			select {
			case e, more = <-l.entries:
			default:
				more = false
			}
		}
		if l.err != nil {
			continue // go on taking entries, so that nobody waits for ever
		}
		if _, l.err = l.file.Write(buf.Bytes()); l.err == nil {
			l.err = l.file.Sync()
		}
		if l.err == nil {
			l.written += n
		}
	}
}

// close returns how many entries are on stable storage.
func (l *ledger) close() (int64, error) {
	close(l.entries)
	<-l.done
	err := errors.Join(l.err, l.file.Close())
	if err != nil {
		return l.written, fmt.Errorf("ledger: %w", err)
	}
	return l.written, nil
}

// ReadLedger gives each entry of a ledger to fn. A last line that was cut off by a
// crash is left out: it had not been counted.
func ReadLedger(r io.Reader, fn func(Entry) error) error {
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil || e.Session == "" || len(e.SHA256) != 64 {
			return fmt.Errorf("line %d is not an entry of a ledger", n)
		}
		if err := fn(e); err != nil {
			return err
		}
	}
}
