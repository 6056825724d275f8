package importer

import (
	"fmt"
	"strconv"
)

// Shift returns a copy of an event's JSON with ms added to its own timestamp; all
// other bytes stay as they are.
func Shift(raw []byte, ms int64) ([]byte, error) {
	s := newBytesScanner(raw, place{line: 1})
	if c, err := s.space(); err != nil || c != '{' {
		return nil, fmt.Errorf("shift: not an event")
	}
	from, to := 0, 0
	err := s.object(func(key []byte) error {
		if _, err := s.space(); err != nil {
			return err
		}
		begin := s.pos
		if err := s.value(); err != nil {
			return err
		}
		if string(key) == "timestamp" {
			from, to = begin, s.pos
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("shift: %w", err)
	}
	at, err := strconv.ParseFloat(string(raw[from:to]), 64)
	if err != nil {
		return nil, fmt.Errorf("shift: the event has no numeric timestamp")
	}
	out := append([]byte(nil), raw[:from]...)
	out = strconv.AppendInt(out, int64(at)+ms, 10)
	return append(out, raw[to:]...), nil
}
