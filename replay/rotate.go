package replay

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/segment"
)

const (
	// rewrapKeysMax is how many keys one transaction replaces: it locks their rows, for which batches
	// that come in meanwhile wait.
	rewrapKeysMax = 200
	// rewrapClaimsAtOnce is how many claims are on their way to and from the bucket at once:
	// each takes an object store, or an fsync, some 10 ms.
	rewrapClaimsAtOnce = 8
	// rotationPassesMax ends a rotation that always finds new keys under an old master key.
	rotationPassesMax = 5
	// rotationFailuresKept bounds how many failures a rotation lists; it counts all.
	rotationFailuresKept = 20
)

// keyKinds are the kinds of data keys that a rotation re-wraps, in this order.
var keyKinds = []KeyKind{KeySession}

// Rotation brings every data key under the current master key of a keyring: in the index, and in the
// claims in the bucket. No recording is written anew, for its data key stays the same.
//
// Services may run meanwhile if they have all keys of the ring. Until the rotation has said
// that nothing is left, every key of the ring is needed, for either place may be under an old one.
// It may be interrupted anywhere: run again, it goes on.
type Rotation struct {
	Store  Store
	Bucket blob.Bucket
	Keys   *segment.Keyring
	// DryRun only counts what would be done.
	DryRun bool
	// Progress, if not nil, is called after each step, from several goroutines but not at once.
	Progress func(Rotated)
}

// Rotated is what a rotation has done.
type Rotated struct {
	Keys   int64 // re-wrapped in the index
	Claims int64 // re-wrapped in the bucket
	// Left are the keys and claims that are still under another master key. While there are any, no
	// master key may be given up.
	Left int64
	// Failures says what is wrong with those left, as far as it is known; only the first are listed.
	Failures []RotationFailure
}

// RotationFailure is a key that could not be re-wrapped.
type RotationFailure struct {
	Object string `json:"object"` // "index", or the claim's key in the bucket
	Owner  string `json:"owner"`
	Why    string `json:"why"`
}

// Run re-wraps until a whole pass finds nothing to do: a process that was given the new
// master key late may have wrapped with the old one what the pass before had gone by. Keys that
// cannot be opened are told of in the result; the error is about the rotation itself.
func (r *Rotation) Run(ctx context.Context) (Rotated, error) {
	var done Rotated
	for range rotationPassesMax {
		pass := &rotationPass{Rotation: r, done: Rotated{Keys: done.Keys, Claims: done.Claims}}
		err := pass.index(ctx)
		if err == nil {
			err = pass.claims(ctx)
		}
		if err != nil {
			return pass.done, err
		}
		changed := pass.done.Keys + pass.done.Claims - done.Keys - done.Claims
		done = pass.done
		if changed == 0 || r.DryRun {
			return done, nil
		}
		done.Left += changed // until a pass has seen that no more came after them
	}
	return done, nil
}

// rotationPass is one pass over everything.
type rotationPass struct {
	*Rotation
	mu   sync.Mutex
	done Rotated
}

// count notes that something was done.
func (p *rotationPass) count(n *int64, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*n += int64(by)
	if p.Progress != nil {
		p.Progress(p.done)
	}
}

func (p *rotationPass) fail(object, owner string, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.Left++
	if len(p.done.Failures) < rotationFailuresKept {
		p.done.Failures = append(p.done.Failures, RotationFailure{Object: object, Owner: owner, Why: why.Error()})
	}
}

// index re-wraps the keys in the index, page by page.
func (p *rotationPass) index(ctx context.Context) error {
	for _, kind := range keyKinds {
		for after, more := "", true; more; {
			keys, err := p.Store.WrappedKeys(ctx, kind, p.Keys.ID(), after, rewrapKeysMax)
			if err != nil {
				return fmt.Errorf("replay: find keys under an old master key: %w", err)
			}
			var changes []Rewrapping
			for _, k := range keys {
				anew, err := p.Keys.Rewrap(k.Wrapped, k.Owner)
				if err != nil {
					p.fail("index", k.Owner, err)
					continue
				}
				changes = append(changes, Rewrapping{Owner: k.Owner, Old: k.Wrapped, New: anew})
			}
			if !p.DryRun && len(changes) > 0 {
				if err := p.Store.Rewrap(ctx, kind, changes); err != nil {
					return fmt.Errorf("replay: re-wrap keys: %w", err)
				}
			}
			p.count(&p.done.Keys, len(changes))
			if more = len(keys) == rewrapKeysMax; more {
				after = keys[len(keys)-1].Owner
			}
		}
	}
	return nil
}

// claims re-wraps the keys in the claims, also of sessions that the index does not know: it may have to be
// made anew from the bucket.
func (p *rotationPass) claims(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(rewrapClaimsAtOnce)
	listing := p.Bucket.List(ctx, claimPrefix, func(o blob.Object) error {
		group.Go(func() error { return p.claim(ctx, strings.TrimPrefix(o.Key, claimPrefix)) })
		return nil
	})
	if err := group.Wait(); err != nil { // the first one; it may be what ended the listing
		return err
	}
	return wrap("replay: list claims", listing)
}

// claim re-wraps the key in one claim. A session that was erased meanwhile must not get its key back,
// so whether it was is asked after the claim was written: an erasure removes the row first and the
// claim after, so either that or this removes what was written. What an interrupted rotation left
// is removed in the same way.
func (p *rotationPass) claim(ctx context.Context, sessionID string) error {
	changed, failure := p.rewrapClaim(ctx, sessionID)
	known := errors.Is(failure, segment.ErrKey) || errors.Is(failure, ErrDamaged)
	if isGone(failure) {
		return nil // erased, or dropped, since it was listed
	}
	if failure != nil && !known {
		return failure
	}
	erased, err := p.erased(ctx, sessionID)
	if err != nil {
		return fmt.Errorf("replay: find session of claim: %w", err)
	}
	switch {
	case erased && !p.DryRun:
		return wrap("replay: delete claim of erased session", p.Bucket.Delete(ctx, claimKey(sessionID)))
	case failure != nil && !erased:
		p.fail(claimKey(sessionID), sessionID, failure)
	case changed && !erased:
		p.count(&p.done.Claims, 1)
	}
	return nil
}

func (p *rotationPass) rewrapClaim(ctx context.Context, sessionID string) (changed bool, err error) {
	file, wrapped, err := readClaimFile(ctx, p.Bucket, sessionID)
	if err != nil {
		return false, err
	}
	if under, err := segment.WrappedUnder(wrapped); err == nil && under == p.Keys.ID() {
		return false, nil
	}
	anew, err := p.Keys.Rewrap(wrapped, sessionID)
	if err != nil || p.DryRun {
		return err == nil, err
	}
	file.WrappedKey = base64.StdEncoding.EncodeToString(anew)
	return true, writeClaimFile(ctx, p.Bucket, file)
}

// erased tells whether a session was erased. One that the index does not know was not.
func (p *rotationPass) erased(ctx context.Context, sessionID string) (bool, error) {
	_, err := p.Store.SessionClaim(ctx, sessionID)
	if !errors.Is(err, ErrNotFound) {
		return false, err
	}
	_, err = p.Store.Session(ctx, "", sessionID)
	if errors.Is(err, ErrErased) {
		return true, nil
	}
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return false, err
}
