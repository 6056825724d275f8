package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// errorKind is what a failure of the database means to the caller.
type errorKind int

const (
	kindOther      errorKind = iota
	kindUnique               // a unique or primary key is taken
	kindForeignKey           // the row referred to is not there
	// kindRolledBack: the transaction lost against another one and left no trace.
	kindRolledBack
	// kindConnection: the connection failed; what was sent last may have happened or not.
	kindConnection
)

// errText is returned for text that PostgreSQL cannot keep: with a NUL byte or not
// UTF-8. SQLite could, but both engines refuse the same. Public methods turn it into
// the sentinel of their domain.
var errText = errors.New("text has a NUL byte or is not UTF-8")

// refuseText returns errText if one of the arguments of a statement is such a text.
func refuseText(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			return errText
		}
	}
	return nil
}

// refused turns errText into the domain's sentinel for a value that cannot be kept, or,
// for look-ups, that cannot exist.
func refused(err, sentinel error) error {
	if errors.Is(err, errText) {
		return fmt.Errorf("%w: %w", sentinel, err)
	}
	return err
}

// withCause makes sure that a call that failed because its context ended says so.
func withCause(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && err != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}
