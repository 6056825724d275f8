package replay

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/afterimage/afterimage/replay/rrweb"
	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

// Upload is one batch as it came from a recorder.
type Upload struct {
	ProjectID  string
	SessionID  string // UUID, lower case
	TabID      string // UUID, lower case
	Seq        int64
	Body       []byte // JSON, gzip or zstd; not changed, not kept after Ingest returns
	Client     Client
	ReceivedAt int64 // unix ms
}

// Receipt is the answer to an upload that is stored.
type Receipt struct {
	Duplicate bool // it was there already
	Events    int
}

// meta is what the recorder tells of page, person and device.
type meta struct {
	Language string         `json:"language"`
	Release  string         `json:"release"`
	Referrer string         `json:"referrer"`
	Tags     []string       `json:"tags"`
	User     *signal.Person `json:"user"`
}

// checked is an upload whose body has been read through.
type checked struct {
	batch      Batch
	summary    Summary
	secretHash [32]byte
	sentAt     int64
	language   string
}

// Ingest stores one batch. When it returns without an error, the batch is on stable
// storage and in the index; the same batch again is a Duplicate. Errors wrap
// [ErrInvalid], [ErrTooLarge], [ErrWrongSecret], [ErrConflict], [ErrErased] or [ErrBusy].
func (s *Service) Ingest(ctx context.Context, u Upload) (Receipt, error) {
	c, err := s.check(ctx, &u)
	if err != nil {
		return Receipt{}, err
	}
	if u.Client.Language == "" {
		u.Client.Language = c.language
	}
	held, err := s.claim(ctx, &u, c.secretHash, c.sentAt)
	if err != nil {
		return Receipt{}, err
	}
	if held.ProjectID != u.ProjectID || subtle.ConstantTimeCompare(held.SecretHash[:], c.secretHash[:]) != 1 {
		return Receipt{}, fmt.Errorf("%w: the session was begun by another recorder", ErrWrongSecret)
	}
	if ahead := c.batch.LastAt + held.ClockOffsetMs - u.ReceivedAt; c.batch.Events > 0 && ahead > futureMs {
		return Receipt{}, fmt.Errorf("%w: an event lies %d hours in the future; is sentAt taken from the same clock as the timestamps?",
			ErrInvalid, ahead/3600_000)
	}
	head := segment.Header{ProjectID: u.ProjectID, SessionID: u.SessionID, TabID: u.TabID, Seq: u.Seq,
		Codec: segment.Sniff(u.Body), ReceivedAt: u.ReceivedAt}
	head.SetHash(c.batch.Hash)
	record, err := segment.AppendRecord(nil, &head, held.key, u.Body)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	verdict, err := s.packs.write(ctx, record, Commit{Batch: c.batch, Summary: c.summary})
	if err != nil {
		return Receipt{}, err
	}
	switch verdict {
	case Conflict:
		return Receipt{}, fmt.Errorf("%w: batch %d of this tab is stored with other events", ErrConflict, u.Seq)
	case Gone:
		return Receipt{}, s.gone(ctx, u.SessionID)
	}
	return Receipt{Duplicate: verdict == Duplicate, Events: c.batch.Events}, nil
}

// gone answers a batch whose session is not there any more. It was erased, or its
// claim was dropped because no batch came for a day: then the next try claims it anew.
func (s *Service) gone(ctx context.Context, sessionID string) error {
	s.claims.drop(sessionID)
	_, err := s.store.Session(ctx, "", sessionID)
	if !errors.Is(err, ErrErased) {
		return fmt.Errorf("%w: the session has to be claimed anew", ErrBusy)
	}
	// This process may have written the claim after the erasure looked for it.
	if err := s.bucket.Delete(ctx, claimKey(sessionID)); err != nil {
		return fmt.Errorf("replay: remove claim of erased session: %w", err)
	}
	return ErrErased
}

// check inflates and scans the body, and sums up what is in it.
func (s *Service) check(ctx context.Context, u *Upload) (*checked, error) {
	if err := u.validate(); err != nil {
		return nil, err
	}
	body, release, err := s.inflate(ctx, u.Body)
	defer release()
	if err != nil {
		return nil, err
	}
	var found signal.Batch
	sum := sha256.New()
	raw := int64(0)
	env, err := rrweb.ScanEnvelope(body, func(ev rrweb.Event) error {
		if found.Events >= eventsPerBatchMax {
			return fmt.Errorf("%w: over %d events in one batch", ErrTooLarge, eventsPerBatchMax)
		}
		hashEvent(sum, ev.Raw)
		raw += int64(len(ev.Raw))
		found.Add(ev)
		return nil
	})
	var syntax *rrweb.SyntaxError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return nil, err
	}
	found.End()
	if found.Dropped > 0 {
		s.log.Debug("moments over the limit of a batch are not in the index; the events are kept", "session", u.SessionID, "moments", found.Dropped)
	}
	if n := len(env.Secret); n < secretBytesMin || n > secretBytesMax {
		return nil, fmt.Errorf("%w: the secret must have %d to %d characters", ErrInvalid, secretBytesMin, secretBytesMax)
	}
	return u.summed(&found, env, [32]byte(sum.Sum(nil)), raw)
}

// hashEvent adds one event to a batch's hash.
func hashEvent(h hash.Hash, raw []byte) {
	h.Write(raw)
	h.Write([]byte{'\n'})
}

func (u *Upload) validate() error {
	switch {
	case !isUUID(u.SessionID):
		return fmt.Errorf("%w: the session id must be a UUID in lower case", ErrInvalid)
	case !isUUID(u.TabID):
		return fmt.Errorf("%w: the tab id must be a UUID in lower case", ErrInvalid)
	case u.Seq < 0 || u.Seq > seqMax:
		return fmt.Errorf("%w: the batch number must be from 0 to %d", ErrInvalid, seqMax)
	case len(u.Body) > uploadBytesMax:
		return fmt.Errorf("%w: over %d bytes", ErrTooLarge, uploadBytesMax)
	}
	return nil
}

// summed makes the index row of a scanned upload.
func (u *Upload) summed(found *signal.Batch, env rrweb.Envelope, hash [32]byte, raw int64) (*checked, error) {
	var m meta
	if len(env.Meta) > metaBytesMax {
		return nil, fmt.Errorf("%w: meta is over %d bytes", ErrTooLarge, metaBytesMax)
	}
	if len(env.Meta) > 0 {
		if err := json.Unmarshal(env.Meta, &m); err != nil {
			return nil, fmt.Errorf("%w: meta must be an object with texts in language, release and referrer, a list of texts in tags and an object in user", ErrInvalid)
		}
	}
	moments, sum := summarise(found, u.TabID)
	sum.Release = signal.Line(m.Release, 200)
	if sum.Referrer == "" {
		sum.Referrer = signal.Line(m.Referrer, 2000)
	}
	sum.Tags = siteTags(m.Tags)
	if m.User != nil && found.Person == nil {
		m.User.Clean()
		sum.User = User{ID: m.User.ID, Email: m.User.Email, Traits: m.User.Traits}
	}
	return &checked{
		batch: Batch{
			SessionID: u.SessionID, TabID: u.TabID, Seq: u.Seq, Hash: hash,
			RawBytes: raw, Events: found.Events, FirstAt: found.FirstAt, LastAt: found.LastAt,
			SnapshotAt: found.SnapshotAt, Moments: moments, Facts: signal.AppendFacts(nil, found.Facts()), ReceivedAt: u.ReceivedAt,
		},
		summary: sum, secretHash: sha256.Sum256([]byte(env.Secret)), sentAt: env.SentAt,
		language: signal.Line(m.Language, 35), // the longest tag that RFC 5646 foresees
	}, nil
}

// inflated holds buffers for uploads of up to smallInflatedBytesMax.
var inflated = sync.Pool{New: func() any { return new([]byte) }}

// inflate returns the upload's JSON. release must be called when it is no longer used.
func (s *Service) inflate(ctx context.Context, body []byte) (text []byte, release func(), err error) {
	codec := segment.Sniff(body)
	if codec == segment.CodecNone {
		return body, func() {}, nil
	}
	buffer := inflated.Get().(*[]byte)
	text, err = codec.Decode((*buffer)[:0], body, smallInflatedBytesMax)
	*buffer = text
	release = func() { inflated.Put(buffer) }
	if errors.Is(err, segment.ErrTooLarge) {
		release()
		text, release, err = s.inflateLarge(ctx, codec, body)
	}
	if err != nil && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrTooLarge) {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return text, release, err
}

// inflateLarge measures before it takes memory: what is too large takes none, and nothing grows by doubling.
func (s *Service) inflateLarge(ctx context.Context, codec segment.Codec, body []byte) (text []byte, release func(), err error) {
	release = func() {}
	n, err := codec.Measure(body, inflatedBytesMax)
	if errors.Is(err, segment.ErrTooLarge) {
		return nil, release, fmt.Errorf("%w: the body inflates to over %d bytes", ErrTooLarge, inflatedBytesMax)
	}
	if err != nil {
		return nil, release, err
	}
	select {
	case s.large <- struct{}{}:
	case <-ctx.Done():
		return nil, release, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
	// One byte more than it takes lets the reader see the end without growing.
	text, err = codec.Decode(make([]byte, 0, n+1), body, n)
	return text, func() { <-s.large }, err
}

// isUUID reports whether id is 8-4-4-4-12 lower-case hex digits, so that it can stand in
// object keys and URLs as it is.
func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

func pageOf(m signal.Moment, tabID string) Page {
	var d struct{ URL, Title string }
	_ = json.Unmarshal(m.Data, &d) // made by the detector itself
	return Page{At: m.At, Tab: tabID, URL: d.URL, Title: d.Title}
}
