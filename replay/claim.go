package replay

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/segment"
)

// heldClaim is a claim with its data key unwrapped.
type heldClaim struct {
	Claim
	key *segment.DataKey
}

// claimCache keeps the claims that were used last. It has two generations: when the
// young one is full it becomes the old one, and what is found in the old one
// moves to the young. So it holds between half of and all of its limit, with no list to keep.
type claimCache struct {
	mu         sync.Mutex
	young, old map[string]*heldClaim
	max        int
}

func newClaimCache(limit int) *claimCache {
	return &claimCache{young: map[string]*heldClaim{}, old: map[string]*heldClaim{}, max: limit / 2}
}

func (c *claimCache) get(id string) *heldClaim {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.young[id]; h != nil {
		return h
	}
	h := c.old[id]
	if h != nil {
		c.putLocked(id, h)
	}
	return h
}

func (c *claimCache) put(id string, h *heldClaim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.putLocked(id, h)
}

func (c *claimCache) putLocked(id string, h *heldClaim) {
	if len(c.young) >= c.max {
		c.old, c.young = c.young, make(map[string]*heldClaim, c.max)
	}
	c.young[id] = h
}

func (c *claimCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, id)
	delete(c.old, id)
}

func sessionPrefix(id string) string { return "sessions/" + id + "/" }

// claimKey is not below sessionPrefix: a folder of its own for each session would cost
// each its own fsyncs before the first batch can be stored.
func claimKey(id string) string { return claimPrefix + id }

const claimPrefix = "claims/"

// claim returns the claim that holds for the upload's session, making it if this is
// the session's first batch. Uploads of one session that come together wait for one claim.
func (s *Service) claim(ctx context.Context, u *Upload, secretHash [32]byte, sentAt int64) (*heldClaim, error) {
	if h := s.claims.get(u.SessionID); h != nil {
		return h, nil
	}
	h, err, _ := s.claiming.Do(u.SessionID, func() (any, error) {
		// The first of them may go away; the others still want the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
		defer cancel()
		return s.makeClaim(ctx, u, secretHash, sentAt)
	})
	if err != nil {
		return nil, err
	}
	return h.(*heldClaim), nil
}

func (s *Service) makeClaim(ctx context.Context, u *Upload, secretHash [32]byte, sentAt int64) (*heldClaim, error) {
	offset := int64(0)
	if sentAt != 0 && abs(u.ReceivedAt-sentAt) > clockToleranceMs {
		offset = u.ReceivedAt - sentAt
	}
	held, err := s.store.Claim(ctx, Claim{
		SessionID: u.SessionID, ProjectID: u.ProjectID, SecretHash: secretHash,
		WrappedKey:    s.keys.Wrap(segment.NewDataKey(), u.SessionID),
		ClockOffsetMs: offset, Client: u.Client, ClaimedAt: u.ReceivedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("replay: claim session: %w", err)
	}
	h, err := s.hold(held)
	if err != nil {
		return nil, err
	}
	// Another project's claim, or one with another secret, is refused before anything is written for it.
	if held.ProjectID != u.ProjectID || held.SecretHash != secretHash {
		return h, nil
	}
	if err := s.putClaim(ctx, h); err != nil {
		return nil, err
	}
	s.claims.put(u.SessionID, h)
	return h, nil
}

func (s *Service) hold(c Claim) (*heldClaim, error) {
	key, err := s.keys.Unwrap(c.WrappedKey, c.SessionID)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return &heldClaim{Claim: c, key: key}, nil
}

// sessionKey returns the data key of a session, or an error that wraps [ErrNotFound].
func (s *Service) sessionKey(ctx context.Context, id string) (*segment.DataKey, error) {
	if h := s.claims.get(id); h != nil {
		return h.key, nil
	}
	c, err := s.store.SessionClaim(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("replay: key of session: %w", err)
	}
	h, err := s.hold(c)
	if err != nil {
		return nil, err
	}
	return h.key, nil
}

// claimVersion is the version of claims as objects.
const claimVersion = 1

// claimFile is a claim as an object; docs/format/pack.md specifies it.
type claimFile struct {
	Version       int    `json:"version"`
	Session       string `json:"session"`
	Project       string `json:"project"`
	SecretHash    string `json:"secretHash"`
	WrappedKey    string `json:"wrappedKey"`
	ClockOffsetMs int64  `json:"clockOffsetMs"`
	ClaimedAt     int64  `json:"claimedAt"`
	Client        string `json:"client"`
}

// putClaim writes the claim beside the session's blocks, so that the index can be made
// from the bucket alone. Every process writes the same facts, so writing twice does no harm. The data
// key is wrapped anew: what h brings may have been read before the master key was changed.
func (s *Service) putClaim(ctx context.Context, h *heldClaim) error {
	client, err := json.Marshal(h.Client)
	if err != nil {
		return fmt.Errorf("replay: encode claim: %w", err)
	}
	sealed := h.key.Seal(nil, client, "afterimage claim 1 "+h.SessionID)
	return writeClaimFile(ctx, s.bucket, claimFile{
		Version: claimVersion, Session: h.SessionID, Project: h.ProjectID,
		SecretHash: hex.EncodeToString(h.SecretHash[:]),
		WrappedKey: base64.StdEncoding.EncodeToString(s.keys.Wrap(h.key, h.SessionID)), ClockOffsetMs: h.ClockOffsetMs,
		ClaimedAt: h.ClaimedAt, Client: base64.StdEncoding.EncodeToString(sealed),
	})
}

// claimFileBytesMax bounds a claim that is read back: about 600 bytes, and what was told of the browser.
const claimFileBytesMax = 64 << 10

// readClaimFile reads the claim of a session from the bucket. An error wraps [ErrDamaged]
// where it is no claim of this session, and [blob.ErrNotFound] where there is none.
func readClaimFile(ctx context.Context, bucket blob.Bucket, sessionID string) (f claimFile, wrapped []byte, err error) {
	r, err := bucket.Get(ctx, claimKey(sessionID), 0, claimFileBytesMax)
	if err != nil {
		return f, nil, fmt.Errorf("replay: read claim: %w", err)
	}
	text, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return f, nil, fmt.Errorf("replay: read claim: %w", err)
	}
	return parseClaimFile(text, sessionID)
}

// parseClaimFile returns the claim and its wrapped key, decoded.
func parseClaimFile(text []byte, sessionID string) (f claimFile, wrapped []byte, err error) {
	if json.Unmarshal(text, &f) != nil || f.Session != sessionID {
		return f, nil, fmt.Errorf("replay: %w: it is no claim of this session", ErrDamaged)
	}
	if f.Version != claimVersion {
		return f, nil, fmt.Errorf("replay: %w: a claim of version %d, which this program does not know", ErrDamaged, f.Version)
	}
	if wrapped, err = base64.StdEncoding.DecodeString(f.WrappedKey); err != nil {
		return f, nil, fmt.Errorf("replay: %w: the wrapped key in the claim is malformed", ErrDamaged)
	}
	return f, wrapped, nil
}

func writeClaimFile(ctx context.Context, bucket blob.Bucket, f claimFile) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("replay: encode claim: %w", err)
	}
	if err := bucket.Put(ctx, claimKey(f.Session), bytes.NewReader(text), int64(len(text))); err != nil {
		return fmt.Errorf("replay: store claim: %w: %w", ErrBusy, err)
	}
	return nil
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
