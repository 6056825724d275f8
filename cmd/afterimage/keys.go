package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
)

var keysListCommand = &command{
	name: "keys list", group: groupStores, most: 0, stores: true,
	summary: "Show how much is encrypted under which master key",
	detail: `Master keys are named by an id, which tells nothing of the key. "previous" are keys that still open what is
under them; "missing" are keys that are needed and not given.`,
	options: []option{{flag: "json", help: `print {"keys":[{"masterKey","state","sessions","dictionaries"}]}`}},
	run:     runKeysList,
}

var keysRotateCommand = &command{
	name: "keys rotate", group: groupStores, most: 0, stores: true,
	summary: "Change the master key",
	detail: `Each session has a data key of its own, which is encrypted under the master key. Only these data keys are
encrypted anew; recordings stay as they are. Interrupted at any point, run it again: it goes on.

With everything in the data folder: stop the service and run it. It puts a new key into the file of the
master key and removes the old one at the end. Keep a copy of the file elsewhere again.

With the key in the environment, or with a database or an object store elsewhere, services may go on
meanwhile. Make a new key with: openssl rand -base64 32. Then, in this order and in every process:
  1. add the new key to $AFTERIMAGE_PREVIOUS_MASTER_KEYS, so that each opens what others will
     write (not needed where there is but one process);
  2. make the new key $AFTERIMAGE_MASTER_KEY, and the old one $AFTERIMAGE_PREVIOUS_MASTER_KEYS;
  3. run afterimage keys rotate, once, with the same settings;
  4. when it says that nothing is left, remove $AFTERIMAGE_PREVIOUS_MASTER_KEYS.
In a file of keys, the first line is the master key and the lines below are the previous ones.

Backups made before still need the old key, and open with it: keep it as safe, and as long, as them.
Exits with 1 if anything is left under another key; then no key may be given up.`,
	options: []option{
		{flag: "dry-run", help: "only count what would be encrypted anew"},
		{flag: "json", help: `print {"masterKey","keys","copies","left","failures":[{"object","owner","why"}]}`},
	},
	run: runKeysRotate,
}

// The states of a master key.
const (
	keyCurrent  = "current"
	keyPrevious = "previous"
	keyMissing  = "missing"
)

// keyUse is what is under one master key.
type keyUse struct {
	MasterKey    string `json:"masterKey"`
	State        string `json:"state"`
	Sessions     int64  `json:"sessions"`
	Dictionaries int64  `json:"dictionaries"`
}

func runKeysList(ctx context.Context, c *call) error {
	return c.withKeys(ctx, func(s *stores) error {
		counts, err := s.sql.KeyCounts(ctx)
		if err != nil {
			return err
		}
		uses := keyUses(s.keys.ring(), counts)
		if c.on("json") {
			return c.printJSON(map[string]any{"keys": uses})
		}
		return c.table("MASTER KEY\tSTATE\tSESSIONS\tDICTIONARIES", func(row func(...any)) {
			for _, u := range uses {
				row(u.MasterKey, u.State, u.Sessions, u.Dictionaries)
			}
		})
	})
}

// keyUses tells of each master key that is given or needed, the current one first.
func keyUses(ring *segment.Keyring, counts []replay.KeyCount) []keyUse {
	ids := ring.IDs()
	given := len(ids)
	for _, n := range counts {
		if !slices.Contains(ids, n.Under) {
			ids = append(ids, n.Under)
		}
	}
	uses := make([]keyUse, len(ids))
	for i, id := range ids {
		u := keyUse{MasterKey: id.String(), State: keyPrevious}
		if i == 0 {
			u.State = keyCurrent
		} else if i >= given {
			u.State = keyMissing
		}
		for _, n := range counts {
			switch {
			case n.Under == id && n.Kind == replay.KeySession:
				u.Sessions = n.Keys
			case n.Under == id && n.Kind == replay.KeyDictionary:
				u.Dictionaries = n.Keys
			}
		}
		uses[i] = u
	}
	return uses
}

// rotated is what keys rotate --json prints.
type rotated struct {
	MasterKey string                   `json:"masterKey"`
	Keys      int64                    `json:"keys"`
	Copies    int64                    `json:"copies"`
	Left      int64                    `json:"left"`
	Failures  []replay.RotationFailure `json:"failures"`
}

func runKeysRotate(ctx context.Context, c *call) error {
	return c.withKeys(ctx, func(s *stores) error {
		dry := c.on("dry-run")
		if err := s.beginRotation(ctx, dry); err != nil {
			return err
		}
		ring, show := s.keys.ring(), c.progress()
		done, err := (&replay.Rotation{
			Store: s.sql, Bucket: s.bucket, Keys: ring, DryRun: dry,
			Progress: func(r replay.Rotated) { show.show("%d keys encrypted anew, and %d copies", r.Keys, r.Copies) },
		}).Run(ctx)
		show.clear()
		if err != nil {
			return fmt.Errorf("%w (no key may be given up yet; run it again, it goes on)", err)
		}
		advice := ""
		if !dry && done.Left == 0 {
			if advice, err = s.endRotation(ctx); err != nil {
				return err
			}
		}
		return c.reportRotation(ring.ID(), done, advice)
	})
}

// beginRotation makes the new key, where this command is the one to make it. Nothing is encrypted under
// it before it is on the disk. With more than one key, a change is under way, and goes on.
func (s *stores) beginRotation(ctx context.Context, dry bool) error {
	ring := s.keys.ring()
	if s.keys.file == "" || !s.config.alone() || len(ring.IDs()) > 1 {
		return nil
	}
	if err := checkKey(ctx, s.sql, ring); err != nil {
		return err
	}
	s.keys.all = append([][32]byte{randomKey()}, s.keys.all...)
	if dry {
		return nil
	}
	return writeKeyFile(s.keys.file, s.keys.all)
}

// endRotation gives up the previous keys, now that nothing is under them, or says who has to.
func (s *stores) endRotation(ctx context.Context) (advice string, err error) {
	const backups = "Backups made before still need the old one."
	previous := s.config.previousMasterKeys != ""
	if len(s.keys.ring().IDs()) == 1 {
		return "Only one master key is given. How to change it: afterimage keys rotate --help", nil
	}
	// The database file must not go on holding what the old key opens.
	if err := s.sql.Scrub(ctx); err != nil {
		return "", err
	}
	switch {
	case s.keys.file != "" && s.config.alone():
		if err := writeKeyFile(s.keys.file, s.keys.all[:1]); err != nil {
			return "", fmt.Errorf("all is under the new master key, but the old one is still in the file: %w", err)
		}
		advice = fmt.Sprintf("%s holds the new master key alone now: keep a copy of it elsewhere. %s", s.keys.file, backups)
		if previous {
			advice += "\nRemove $AFTERIMAGE_PREVIOUS_MASTER_KEYS (or --previous-master-keys)."
		}
	case s.keys.file != "" && !previous:
		advice = fmt.Sprintf("The lines below the first one of %s may be removed now, for every process. %s", s.keys.file, backups)
	default:
		advice = "$AFTERIMAGE_PREVIOUS_MASTER_KEYS may be removed now, from every process. " + backups
	}
	return advice, nil
}

// reportRotation says what was done and what is left.
func (c *call) reportRotation(id segment.MasterKeyID, done replay.Rotated, advice string) error {
	if c.on("json") {
		failures := done.Failures
		if failures == nil {
			failures = []replay.RotationFailure{}
		}
		if err := c.printJSON(rotated{id.String(), done.Keys, done.Copies, done.Left, failures}); err != nil {
			return err
		}
	} else {
		what := "encrypted anew under"
		if c.on("dry-run") {
			what = "to be encrypted anew, under"
		}
		c.say("%s in the index and %d in the bucket %s the master key %s", counted(done.Keys, "key"), done.Copies, what, id)
		for _, f := range done.Failures {
			c.say("left: %s: %s", f.Object, f.Why)
		}
		if advice != "" {
			c.say("%s", advice)
		}
	}
	if done.Left == 0 {
		return nil
	}
	if len(done.Failures) == 0 {
		return errors.New("keys came under another master key while this ran: give every process the new master key, and run it again")
	}
	return fmt.Errorf("left under another master key: %d, in index and bucket; no key may be given up", done.Left)
}
