package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/afterimage/afterimage/replay"
)

// Stored is where batches are read back from; [replay.Service] is one.
type Stored interface {
	Session(ctx context.Context, projectID, id string) (replay.Session, error)
	BatchesAfter(ctx context.Context, s *replay.Session, tabID string, afterSeq int64, yield func(seq int64, events []byte) error) error
	Events(ctx context.Context, s *replay.Session, q replay.EventQuery, yield func(event []byte) error) error
}

// Finding is one acknowledged batch that is not stored as it was sent.
type Finding struct {
	Entry
	Why string `json:"why"` // missing, altered or doubled, with what is known
}

// Checked is the outcome of a comparison.
type Checked struct {
	Entries  int64 `json:"entries"`
	Sessions int64 `json:"sessions"`
	Missing  int64 `json:"missing"`
	Altered  int64 `json:"altered"`
	Doubled  int64 `json:"doubled"`
}

// OK tells whether everything that was acknowledged is stored, once, as it was sent.
func (c *Checked) OK() bool { return c.Missing+c.Altered+c.Doubled == 0 }

// Verify compares a ledger with what is stored and calls found for each batch that is
// missing, altered or doubled. Batches that are stored and not in the ledger are fine:
// they were sent and their answer did not arrive.
func Verify(ctx context.Context, r io.Reader, stored Stored, found func(Finding)) (Checked, error) {
	type place struct{ session, tab string }
	entries := map[place][]Entry{}
	var order []place
	var c Checked
	sessions := map[string]bool{}
	err := ReadLedger(r, func(e Entry) error {
		p := place{e.Session, e.Tab}
		if entries[p] == nil {
			order = append(order, p)
		}
		entries[p] = append(entries[p], e)
		sessions[e.Session] = true
		c.Entries++
		return nil
	})
	if err != nil {
		return c, err
	}
	c.Sessions = int64(len(sessions))
	for _, p := range order {
		if err := c.tab(ctx, stored, p.tab, entries[p], found); err != nil {
			return c, err
		}
	}
	return c, nil
}

// copies is how a batch is found in the store.
type copies struct {
	count int
	hash  string // of the first
}

// tab compares the entries of one tab.
func (c *Checked) tab(ctx context.Context, stored Stored, tab string, entries []Entry, found func(Finding)) error {
	seen := map[int64]*copies{}
	events, err := readTab(ctx, stored, entries[0].Session, tab, seen)
	if err != nil {
		return err
	}
	played := int64(0)
	for _, e := range entries {
		got := seen[e.Seq]
		switch {
		case got == nil:
			c.Missing++
			found(Finding{e, "missing"})
		case got.count > 1:
			c.Doubled++
			found(Finding{e, fmt.Sprintf("doubled: stored %d times", got.count)})
		case got.hash != e.SHA256:
			c.Altered++
			found(Finding{e, "altered: its events have the hash " + got.hash})
		}
	}
	if len(seen) == 0 {
		return nil
	}
	// What is played must be those batches, and each of their events once.
	session, err := stored.Session(ctx, "", entries[0].Session)
	if err == nil {
		err = stored.Events(ctx, &session, replay.EventQuery{TabID: tab}, func([]byte) error { played++; return nil })
	}
	if err != nil {
		return fmt.Errorf("play session %s: %w", entries[0].Session, err)
	}
	if played != events {
		c.Doubled++
		found(Finding{entries[0], fmt.Sprintf("doubled or lost in playing: the tab has %d events and %d are played", events, played)})
	}
	return nil
}

// readTab reads all batches of a tab back and returns how many events they hold. A
// session that does not exist has none.
func readTab(ctx context.Context, stored Stored, session, tab string, seen map[int64]*copies) (int64, error) {
	s, err := stored.Session(ctx, "", session)
	if errors.Is(err, replay.ErrNotFound) || errors.Is(err, replay.ErrErased) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("session %s: %w", session, err)
	}
	total := int64(0)
	err = stored.BatchesAfter(ctx, &s, tab, -1, func(seq int64, events []byte) error {
		hash, n, err := hashEvents(events)
		if err != nil {
			return err
		}
		total += n
		if seen[seq] == nil {
			seen[seq] = &copies{hash: hash}
		}
		seen[seq].count++
		return nil
	})
	if err != nil && !errors.Is(err, replay.ErrDamaged) {
		return 0, fmt.Errorf("read session %s back: %w", session, err)
	}
	return total, nil
}

// hashEvents makes the hash of a batch from its events as a JSON array.
func hashEvents(array []byte) (string, int64, error) {
	var events []json.RawMessage
	if err := json.Unmarshal(array, &events); err != nil {
		return "", 0, fmt.Errorf("events that were read back: %w", err)
	}
	sum := sha256.New()
	for _, e := range events {
		sum.Write(e)
		sum.Write([]byte{'\n'})
	}
	return hex.EncodeToString(sum.Sum(nil)), int64(len(events)), nil
}
