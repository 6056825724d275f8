package replay

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
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
	// rewrapCopiesAtOnce is how many copies are on their way to and from the bucket at once:
	// each takes an object store, or an fsync, some 10 ms.
	rewrapCopiesAtOnce = 8
	// rotationPassesMax ends a rotation that always finds new keys under an old master key.
	rotationPassesMax = 5
	// rotationFailuresKept bounds how many failures a rotation lists; it counts all.
	rotationFailuresKept = 20
)

// keyKinds are the kinds of data keys that a rotation re-wraps, in this order.
var keyKinds = []KeyKind{KeySession, KeyDictionary}

// keyContext is what a key is wrapped for: the session's id, or the name of the dictionary.
func keyContext(kind KeyKind, owner string) string {
	if kind == KeyDictionary {
		return path.Base(owner)
	}
	return owner
}

// Rotation brings every data key under the current master key of a keyring: in the index, and the copies
// in the bucket, in claims and beside site dictionaries. No recording is written anew, for its data key stays the same.
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
	Copies int64 // re-wrapped in the bucket
	// Left are the keys and copies that are still under another master key. While there are any, no
	// master key may be given up.
	Left int64
	// Failures says what is wrong with those left, as far as it is known; only the first are listed.
	Failures []RotationFailure
}

// RotationFailure is a key that could not be re-wrapped.
type RotationFailure struct {
	Object string `json:"object"` // "index", or its copy's in the bucket
	Owner  string `json:"owner"`  // the session, or project/name of the dictionary
	Why    string `json:"why"`
}

// Run re-wraps until a whole pass finds nothing to do and nothing came meanwhile: a process that is
// given the new master key late goes on to wrap with the old one. Keys that cannot
// be opened are told of in the result; the error is about the rotation itself.
func (r *Rotation) Run(ctx context.Context) (Rotated, error) {
	var done Rotated
	for range rotationPassesMax {
		pass := &rotationPass{Rotation: r, done: Rotated{Keys: done.Keys, Copies: done.Copies}}
		err := pass.index(ctx)
		if err == nil {
			err = pass.copies(ctx)
		}
		if err != nil || r.DryRun {
			return pass.done, err
		}
		changed := pass.done.Keys + pass.done.Copies - done.Keys - done.Copies
		done = pass.done
		came, err := pass.came(ctx)
		if err != nil || changed == 0 && came == 0 {
			return done, err
		}
		done.Left += max(came, 1) // the next pass begins to count anew
	}
	return done, nil
}

// rotationPass is one pass over everything.
type rotationPass struct {
	*Rotation
	mu     sync.Mutex
	done   Rotated
	failed int64 // keys in the index that could not be re-wrapped
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
				anew, err := p.Keys.Rewrap(k.Wrapped, keyContext(kind, k.Owner))
				if err != nil {
					p.failed++
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

// came counts the keys in the index that came under another master key since the pass was there.
func (p *rotationPass) came(ctx context.Context) (int64, error) {
	counts, err := p.Store.KeyCounts(ctx)
	if err != nil {
		return 0, fmt.Errorf("replay: count keys under an old master key: %w", err)
	}
	others := int64(0)
	for _, c := range counts {
		if c.Under != p.Keys.ID() {
			others += c.Keys
		}
	}
	return max(0, others-p.failed), nil
}

// copies re-wraps the keys in the bucket, also those that the index does not know: it may have to be
// made anew from the bucket.
func (p *rotationPass) copies(ctx context.Context) error {
	if err := p.eachCopy(ctx, claimPrefix, "", p.openClaim); err != nil {
		return err
	}
	return p.eachCopy(ctx, dictionaryPrefix, keySuffix, p.openDictionaryKey)
}

func (p *rotationPass) eachCopy(ctx context.Context, prefix, suffix string, open func(context.Context, string) (keyCopy, error)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(rewrapCopiesAtOnce)
	listing := p.Bucket.List(ctx, prefix, func(o blob.Object) error {
		if strings.HasSuffix(o.Key, suffix) {
			group.Go(func() error {
				k, err := open(ctx, o.Key)
				return p.copy(ctx, o.Key, k, err)
			})
		}
		return nil
	})
	if err := group.Wait(); err != nil { // the first one; it may be what ended the listing
		return err
	}
	return wrap("replay: list "+prefix, listing)
}

// keyCopy is a wrapped key as an object of the bucket has it.
type keyCopy struct {
	context string
	owner   string
	wrapped []byte
	// write replaces the wrapped key in the object.
	write func(ctx context.Context, anew []byte) error
	// orphaned tells, after a write, whether what the key opens is gone, so that the object must go too.
	orphaned func(ctx context.Context) (bool, error)
}

// copy re-wraps one copy; failure is why it could not be read. A session that was erased meanwhile must
// not get its key back, so whether it was is asked after the copy was written: an erasure removes the row
// first and the claim after, so either that or this removes what was written. What an
// interrupted rotation left of an erased session is removed in the same way.
func (p *rotationPass) copy(ctx context.Context, object string, k keyCopy, failure error) error {
	changed := false
	if failure == nil {
		changed, failure = p.rewrapCopy(ctx, k)
	}
	if isGone(failure) {
		return nil // removed since it was listed
	}
	if failure != nil && !errors.Is(failure, segment.ErrKey) && !errors.Is(failure, ErrDamaged) {
		return failure
	}
	orphaned, err := k.orphaned(ctx)
	if err != nil {
		return fmt.Errorf("replay: find owner of %s: %w", object, err)
	}
	switch {
	case orphaned && !p.DryRun:
		return wrap("replay: delete key without an owner", p.Bucket.Delete(ctx, object))
	case failure != nil && !orphaned:
		p.fail(object, k.owner, failure)
	case changed && !orphaned:
		p.count(&p.done.Copies, 1)
	}
	return nil
}

func (p *rotationPass) rewrapCopy(ctx context.Context, k keyCopy) (changed bool, err error) {
	if under, err := segment.WrappedUnder(k.wrapped); err == nil && under == p.Keys.ID() {
		return false, nil
	}
	anew, err := p.Keys.Rewrap(k.wrapped, k.context)
	if err != nil || p.DryRun {
		return err == nil, err
	}
	return true, k.write(ctx, anew)
}

func (p *rotationPass) openClaim(ctx context.Context, object string) (keyCopy, error) {
	id := strings.TrimPrefix(object, claimPrefix)
	file, wrapped, err := readClaimFile(ctx, p.Bucket, id)
	return keyCopy{
		context: id, owner: id, wrapped: wrapped,
		write: func(ctx context.Context, anew []byte) error {
			file.WrappedKey = base64.StdEncoding.EncodeToString(anew)
			return writeClaimFile(ctx, p.Bucket, file)
		},
		orphaned: func(ctx context.Context) (bool, error) { return p.erased(ctx, id) },
	}, err
}

// openDictionaryKey reads the key beside a site dictionary, whose content is deleted before its key is. One
// whose content was not there from the start is not orphaned: it may be about to be written.
func (p *rotationPass) openDictionaryKey(ctx context.Context, object string) (keyCopy, error) {
	content := strings.TrimSuffix(object, keySuffix)
	owner := strings.TrimPrefix(content, dictionaryPrefix)
	_, missing := p.Bucket.Stat(ctx, content)
	k := keyCopy{
		context: keyContext(KeyDictionary, owner), owner: owner,
		write: func(ctx context.Context, anew []byte) error {
			return wrap("replay: store key of dictionary", p.Bucket.Put(ctx, object, bytes.NewReader(anew), int64(len(anew))))
		},
		orphaned: func(ctx context.Context) (bool, error) {
			if missing != nil {
				return false, nil
			}
			_, err := p.Bucket.Stat(ctx, content)
			if isGone(err) {
				return true, nil
			}
			return false, err
		},
	}
	r, err := p.Bucket.Get(ctx, object, 0, claimFileBytesMax)
	if err != nil {
		return k, fmt.Errorf("replay: read key of dictionary: %w", err)
	}
	k.wrapped, err = io.ReadAll(r)
	return k, errors.Join(err, r.Close())
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
