package replay_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/segment"
)

// ring makes a keyring of master keys that are told apart by a number; the first is current.
func ring(numbers ...byte) *segment.Keyring {
	keys := make([][32]byte, len(numbers))
	for i, n := range numbers {
		keys[i] = [32]byte{n}
	}
	return segment.NewKeyring(keys[0], keys[1:]...)
}

// houseKey is the number of the key that a house begins with.
const houseKey = 9

// serveWith goes on with a service that has these master keys.
func (h *house) serveWith(keys *segment.Keyring) {
	h.t.Helper()
	if err := h.svc.Close(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.svc = h.another(h.store, keys)
}

// another starts one more service, as on another machine.
func (h *house) another(store replay.Store, keys *segment.Keyring) *replay.Service {
	h.t.Helper()
	svc, err := replay.NewService(replay.Options{Store: store, Bucket: h.bucket, Keys: keys, Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = svc.Close(context.Background()) })
	return svc
}

// rotate changes the master key, which must leave nothing.
func (h *house) rotate(keys *segment.Keyring) replay.Rotated {
	h.t.Helper()
	r := replay.Rotation{Store: h.store, Bucket: h.bucket, Keys: keys}
	done, err := r.Run(h.t.Context())
	if err != nil || done.Left != 0 || len(done.Failures) != 0 {
		h.t.Fatalf("rotated: %+v, %v", done, err)
	}
	return done
}

// objects returns the digest of each object but the claims.
func (h *house) objects() map[string][32]byte {
	h.t.Helper()
	all := map[string][32]byte{}
	for _, key := range h.keys("") {
		if !strings.HasPrefix(key, "claims/") {
			all[key] = sha256.Sum256(h.object(key))
		}
	}
	return all
}

func (h *house) object(key string) []byte {
	h.t.Helper()
	r, err := h.bucket.Get(h.t.Context(), key, 0, -1)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func (h *house) put(key, text string) {
	h.t.Helper()
	if err := h.bucket.Put(h.t.Context(), key, strings.NewReader(text), int64(len(text))); err != nil {
		h.t.Fatal(err)
	}
}

// record makes sessions of one batch each, and returns what was recorded.
func (h *house) record(n int) map[string]string {
	h.t.Helper()
	want := map[string]string{}
	for i := range n {
		id, ev := newID(), moveEvent(base+int64(i))
		h.mustUpload(id, newID(), 0, ev)
		want[id] = ev
	}
	return want
}

// playsAll checks that each session plays with the keys given, and that nothing is wrong with any.
func (h *house) playsAll(keys *segment.Keyring, want map[string]string) {
	h.t.Helper()
	h.serveWith(keys)
	for id, ev := range want {
		wantEvents(h.t, h.events(id, replay.EventQuery{}), []string{ev})
	}
	if d := h.verify(); len(d) != 0 {
		h.t.Fatalf("damage: %+v", d)
	}
}

func TestRotation(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.record(3)
		h.sealAll()
		maps.Copy(want, h.record(2))
		if _, err := h.upload(newID(), newID(), 0, body(moveEvent(base+99*24*3600_000))); !errors.Is(err, replay.ErrInvalid) {
			t.Fatalf("a batch of the far future: %v", err) // leaves a claim without a batch
		}
		// The index does not know this session; it was made before a backup was restored, say.
		orphan := newID()
		wrapped := ring(houseKey).Wrap(segment.NewDataKey(), orphan)
		h.put("claims/"+orphan, fmt.Sprintf(`{"version":1,"session":%q,"project":"shop","wrappedKey":"%s"}`, orphan, base64.StdEncoding.EncodeToString(wrapped)))

		before := h.objects()
		dry := replay.Rotation{Store: h.store, Bucket: h.bucket, Keys: ring(1, houseKey), DryRun: true}
		for range 2 {
			if done, err := dry.Run(t.Context()); err != nil || done.Keys != 6 || done.Copies != 7 || done.Left != 0 {
				t.Fatalf("dry: %+v, %v", done, err)
			}
		}
		if done := h.rotate(ring(1, houseKey)); done.Keys != 6 || done.Copies != 7 {
			t.Errorf("rotated: %+v", done)
		}
		if done := h.rotate(ring(1, houseKey)); done.Keys != 0 || done.Copies != 0 {
			t.Errorf("rotated again: %+v", done)
		}
		if !maps.Equal(before, h.objects()) {
			t.Error("an object that is no claim has changed")
		}
		h.playsAll(ring(1), want)
		if !strings.Contains(string(h.object("claims/"+orphan)), base64.StdEncoding.EncodeToString(ring(1).Wrap(segment.NewDataKey(), orphan)[:6])) {
			t.Error("the claim that the index does not know is still under the old key")
		}
		h.serveWith(ring(houseKey))
		for id := range want {
			err := h.svc.Events(t.Context(), h.session(id), replay.EventQuery{}, func([]byte) error { return nil })
			if !errors.Is(err, segment.ErrKey) {
				t.Errorf("with the old key: %v", err)
			}
		}
	})
}

// A fault stops everything at one step of a rotation, as a kill does, or does something at that step.
type fault struct {
	mu     sync.Mutex
	at     int  // the step, from 1
	after  bool // strikes when the step is done, not before it
	strike func(step string) error
	steps  int
	dead   error // what is answered once it has struck with an error
}

func (f *fault) step(name string, do func() error) error {
	f.mu.Lock()
	if f.dead != nil {
		defer f.mu.Unlock()
		return f.dead
	}
	f.steps++
	strikes := f.steps == f.at
	if strikes && !f.after {
		f.dead = f.strike(name)
	}
	dead := f.dead
	f.mu.Unlock()
	if dead != nil {
		return dead
	}
	err := do()
	if strikes && f.after {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.dead = f.strike(name); f.dead != nil {
			return f.dead
		}
	}
	return err
}

type faultyStore struct {
	replay.Store
	*fault
}

func (s faultyStore) WrappedKeys(ctx context.Context, kind replay.KeyKind, not replay.MasterKeyID, after string, limit int) (keys []replay.WrappedKey, err error) {
	err = s.step("WrappedKeys", func() error {
		keys, err = s.Store.WrappedKeys(ctx, kind, not, after, limit)
		return err
	})
	return keys, err
}

func (s faultyStore) Rewrap(ctx context.Context, kind replay.KeyKind, keys []replay.Rewrapping) error {
	return s.step("Rewrap", func() error { return s.Store.Rewrap(ctx, kind, keys) })
}

func (s faultyStore) SessionClaim(ctx context.Context, id string) (c replay.Claim, err error) {
	err = s.step("SessionClaim", func() error {
		c, err = s.Store.SessionClaim(ctx, id)
		return err
	})
	return c, err
}

type faultyBucket struct {
	blob.Bucket
	*fault
}

func (b faultyBucket) Get(ctx context.Context, key string, offset, length int64) (r io.ReadCloser, err error) {
	err = b.step("Get", func() error {
		r, err = b.Bucket.Get(ctx, key, offset, length)
		return err
	})
	return r, err
}

func (b faultyBucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return b.step("Put", func() error { return b.Bucket.Put(ctx, key, r, size) })
}

func (b faultyBucket) Delete(ctx context.Context, key string) error {
	return b.step("Delete", func() error { return b.Bucket.Delete(ctx, key) })
}

// rotateWith runs a rotation into a fault; it says whether the rotation got as far as that.
func (h *house) rotateWith(f *fault, keys *segment.Keyring) (done replay.Rotated, struck bool, err error) {
	r := replay.Rotation{Store: faultyStore{h.store, f}, Bucket: faultyBucket{h.bucket, f}, Keys: keys}
	done, err = r.Run(h.t.Context())
	return done, f.steps >= f.at, err
}

var errKilled = errors.New("killed")

// TestRotationKilled stops a rotation before and after each of its steps. All plays with both
// keys then, and a second run completes it.
func TestRotationKilled(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.record(2)
		steps := map[string]bool{}
		was, n := byte(houseKey), 0
		for at, more := 1, true; more; at++ {
			for _, after := range []bool{false, true} {
				is := byte(10 + n%200)
				n++
				f := &fault{at: at, after: after, strike: func(step string) error { steps[step] = true; return errKilled }}
				_, struck, err := h.rotateWith(f, ring(is, was))
				if more = struck; struck && !errors.Is(err, errKilled) {
					t.Fatalf("killed at step %d: %v", at, err)
				}
				h.playsAll(ring(is, was), want)
				h.rotate(ring(is, was))
				h.playsAll(ring(is), want)
				was = is
			}
		}
		if got := slices.Sorted(maps.Keys(steps)); !slices.Equal(got, []string{"Get", "Put", "Rewrap", "SessionClaim", "WrappedKeys"}) {
			t.Errorf("stopped only at %v", got)
		}
	})
}

// TestRotationErase erases a session before and after each step of a rotation, which lives on or is
// killed there: the session's key comes back nowhere.
func TestRotationErase(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, killed := range []error{nil, errKilled} {
			for _, after := range []bool{false, true} {
				at := 1
				for h.eraseAt(at, after, killed) {
					at++
				}
				if at < 6 {
					t.Errorf("a rotation of %d steps", at-1)
				}
			}
		}
	})
}

// eraseAt erases a session at one step of a rotation and says whether there is such a step.
func (h *house) eraseAt(at int, after bool, killed error) bool {
	h.t.Helper()
	h.serveWith(ring(houseKey))
	id := slices.Collect(maps.Keys(h.record(1)))[0]
	erase := func(string) error {
		if err := h.svc.Erase(h.t.Context(), h.project, id); err != nil {
			h.t.Error(err)
		}
		return killed
	}
	f := &fault{at: at, after: after, strike: erase}
	_, struck, err := h.rotateWith(f, ring(1, houseKey))
	if struck && !errors.Is(err, killed) {
		h.t.Fatalf("step %d: %v", at, err)
	}
	if !struck {
		_ = erase("") // so that no session is left for the next
		return false
	}
	if killed != nil {
		h.rotate(ring(1, houseKey))
	}
	where := fmt.Sprintf("erased at step %d (after it: %v, then %v)", at, after, killed)
	if keys := h.keys("claims/"); len(keys) != 0 {
		h.t.Errorf("%s: the claim is back", where)
	}
	if _, err := h.store.SessionClaim(h.t.Context(), id); !errors.Is(err, replay.ErrNotFound) {
		h.t.Errorf("%s: the row is back: %v", where, err)
	}
	return true
}

// TestRotationWhileServing records while the master key is changed: with services that have the new
// key, and with one that was given it late.
func TestRotationWhileServing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.record(1)
		late := h.svc // has the old key alone
		ready := h.another(h.store, ring(1, houseKey))
		for at := 1; at < 12; at++ {
			f := &fault{at: at, after: at%2 == 0, strike: func(string) error {
				for _, svc := range []*replay.Service{late, ready} {
					h.svc = svc
					maps.Copy(want, h.record(1))
				}
				return nil
			}}
			done, _, err := h.rotateWith(f, ring(1, houseKey))
			if err != nil || done.Left != 0 {
				t.Fatalf("step %d: %+v, %v", at, done, err)
			}
		}
		h.playsAll(ring(1), want)
	})
}

// watched calls a function when a claim was made or read, or before keys are listed.
type watched struct {
	replay.Store
	claimed, listing func()
}

func (s watched) Claim(ctx context.Context, c replay.Claim) (replay.Claim, error) {
	held, err := s.Store.Claim(ctx, c)
	s.claimed()
	return held, err
}

func (s watched) WrappedKeys(ctx context.Context, kind replay.KeyKind, not replay.MasterKeyID, after string, limit int) ([]replay.WrappedKey, error) {
	s.listing()
	return s.Store.WrappedKeys(ctx, kind, not, after, limit)
}

// TestStaleClaim changes the master key while a service has read a claim and not yet written it to the bucket.
func TestStaleClaim(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.record(1)
		for id := range want { // a service that does not know the session yet goes on with it
			h.svc = h.another(watched{Store: h.store, claimed: func() { h.rotate(ring(1, houseKey)) }}, ring(1, houseKey))
			ev := moveEvent(base + 7)
			h.mustUpload(id, newID(), 0, ev)
			h.serveWith(ring(1))
			if got := h.events(id, replay.EventQuery{}); len(got) != 2 {
				t.Errorf("%d events", len(got))
			}
		}
		if d := h.verify(); len(d) != 0 {
			t.Errorf("damage: %+v", d)
		}
	})
}

// TestRotationLeaves: what cannot be opened is told of and stays as it is, and all else is re-wrapped.
func TestRotationLeaves(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.record(2)
		h.serveWith(ring(77))
		foreign := h.record(1)
		h.serveWith(ring(houseKey))
		for id := range want {
			h.put("claims/"+id, "{")
			break
		}
		h.put("claims/what-is-this", `{"version":9,"session":"what-is-this"}`)
		r := replay.Rotation{Store: h.store, Bucket: h.bucket, Keys: ring(1, houseKey)}
		done, err := r.Run(t.Context())
		if err != nil || done.Keys != 2 || done.Copies != 1 || done.Left != 4 || len(done.Failures) != 4 {
			t.Fatalf("rotated: %+v, %v", done, err)
		}
		told := fmt.Sprintf("%+v", done.Failures)
		for _, what := range []string{ring(77).ID().String(), "version 9", "no claim of this session", "index", "claims/what-is-this"} {
			if !strings.Contains(told, what) {
				t.Errorf("not told of %q: %s", what, told)
			}
		}
		h.serveWith(ring(1))
		damaged := map[string]string{}
		for _, d := range h.verify() {
			damaged[d.Session] += d.Object + ": " + d.Why
		}
		for id := range foreign {
			if !strings.Contains(damaged[id], ring(77).ID().String()) {
				t.Errorf("verify does not see a session that cannot be opened: %v", damaged)
			}
		}
		if len(damaged) != 2 {
			t.Errorf("damage: %+v", damaged)
		}
		// With the key that was missing, and without the objects that are none, it completes.
		if err := errors.Join(h.bucket.Delete(t.Context(), "claims/what-is-this"), h.bucket.Delete(t.Context(), "claims/"+h.broken())); err != nil {
			t.Fatal(err)
		}
		h.rotate(ring(1, houseKey, 77))
		h.serveWith(ring(1))
		maps.Copy(want, foreign)
		for id, ev := range want {
			wantEvents(t, h.events(id, replay.EventQuery{}), []string{ev})
		}
		if d := h.verify(); len(d) != 1 || !strings.HasPrefix(d[0].Object, "claims/") {
			t.Errorf("verify does not see that a claim is missing: %+v", d)
		}
	})
}

// broken returns the session whose claim is "{".
func (h *house) broken() string {
	for _, key := range h.keys("claims/") {
		if string(h.object(key)) == "{" {
			return strings.TrimPrefix(key, "claims/")
		}
	}
	h.t.Fatal("there is none")
	return ""
}

// TestRotationGivesUp: where a process goes on to wrap with an old key, a rotation ends and says so.
func TestRotationGivesUp(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.record(1)
		r := replay.Rotation{Store: watched{Store: h.store, listing: func() { h.record(1) }}, Bucket: h.bucket, Keys: ring(1, houseKey)}
		last := replay.Rotated{}
		r.Progress = func(now replay.Rotated) {
			if now.Keys < last.Keys || now.Copies < last.Copies {
				t.Errorf("progress from %+v to %+v", last, now)
			}
			last = now
		}
		if done, err := r.Run(t.Context()); err != nil || done.Left == 0 || done.Keys != last.Keys || done.Keys < 4 {
			t.Errorf("%+v, %v", done, err)
		}
		h.rotate(ring(1, houseKey))
	})
}

// addDictionary stores a site dictionary's objects and row as a learning does, with its key.
func (h *house) addDictionary(name string) *segment.DataKey {
	h.t.Helper()
	key := segment.NewDataKey()
	wrapped := ring(houseKey).Wrap(key, name)
	for suffix, text := range map[string]string{"": "content", ".copy": "content", ".key": string(wrapped)} {
		h.put("dictionaries/shop/"+name+suffix, text)
	}
	err := h.store.AddDictionary(h.t.Context(), replay.Dictionary{ProjectID: "shop", Name: name, WrappedKey: wrapped, Sessions: 9, LearnedAt: base})
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

func TestRotationOfDictionaries(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if err := h.store.AddDictionary(t.Context(), replay.Dictionary{ProjectID: "shop", LearnedAt: base}); err != nil {
			t.Fatal(err) // a learning that found too little
		}
		key := h.addDictionary("d1")
		if done := h.rotate(ring(1, houseKey)); done.Keys != 1 || done.Copies != 1 {
			t.Errorf("rotated: %+v", done)
		}
		row, err := h.store.Dictionary(t.Context(), "shop", "d1")
		if err != nil {
			t.Fatal(err)
		}
		for where, wrapped := range map[string][]byte{"index": row.WrappedKey, "bucket": h.object("dictionaries/shop/d1.key")} {
			if got, err := ring(1).Unwrap(wrapped, "d1"); err != nil || !got.Equal(key) {
				t.Errorf("%s: %v", where, err)
			}
		}
		// One that is dropped under the rotation leaves no key.
		for at, more := 1, true; more; at++ {
			h.addDictionary("d2")
			drop := func(string) error {
				err := h.store.ForgetDictionary(t.Context(), "shop", "d2")
				for _, object := range h.keys("dictionaries/shop/d2") {
					err = errors.Join(err, h.bucket.Delete(t.Context(), object))
				}
				return err
			}
			if _, more, err = h.rotateWith(&fault{at: at, strike: drop}, ring(1, houseKey)); err != nil {
				t.Fatal(err)
			}
			if left := h.keys("dictionaries/shop/d2"); more && len(left) > 0 {
				t.Errorf("dropped at step %d: %v", at, left)
			}
		}
	})
}

// TestRotationOfManyKeys goes over several pages of the index, with keys in each that cannot be opened.
func TestRotationOfManyKeys(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const keys, foreignEach = 450, 90
		for i := range keys {
			id, under := fmt.Sprintf("s%03d", i), ring(houseKey)
			if i%foreignEach == 0 {
				under = ring(77)
			}
			_, err := h.store.Claim(t.Context(), replay.Claim{SessionID: id, ProjectID: h.project, WrappedKey: under.Wrap(segment.NewDataKey(), id), ClaimedAt: base})
			if err != nil {
				t.Fatal(err)
			}
		}
		r := replay.Rotation{Store: h.store, Bucket: h.bucket, Keys: ring(1, houseKey)}
		done, err := r.Run(t.Context())
		if err != nil || done.Keys != keys-keys/foreignEach || done.Left != keys/foreignEach || len(done.Failures) != keys/foreignEach {
			t.Fatalf("%+v, %v", done, err)
		}
		if done := h.rotate(ring(1, 77)); done.Keys != keys/foreignEach {
			t.Errorf("%+v", done)
		}
	})
}
