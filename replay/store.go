package replay

import (
	"context"

	"github.com/afterimage/afterimage/replay/segment"
)

// Store keeps the index of sessions: which batches there are, where their blocks
// lie, and what is known of each session. It is the union of the roles below; code
// asks for the role it needs. Every method is one transaction. Methods return
// errors that wrap the sentinels of errors.go, or an error of the database, which
// may be retried.
type Store interface {
	IngestStore
	SessionStore
	SealStore
	EraseStore
	KeyStore
	DictionaryStore
	DigestStore
	Outbox
}

// IngestStore is what taking in batches needs.
type IngestStore interface {
	// Claim stores c if the session is unknown, and returns the claim that holds.
	// A session without a committed batch is not listed. Returns [ErrErased] for a
	// session that has been erased. Idempotent.
	Claim(ctx context.Context, c Claim) (Claim, error)
	// Batch returns one batch's row, or [ErrNotFound].
	Batch(ctx context.Context, sessionID, tabID string, seq int64) (Batch, error)
	// Commit stores the batches, adds their summaries to their sessions, notes the
	// pack they lie in, and puts each session into the outbox, all in one transaction.
	// It returns a verdict per batch, in order; only Stored ones changed anything.
	// A sealed session becomes live again. Idempotent by (session, tab, seq).
	Commit(ctx context.Context, commits []Commit) ([]Verdict, error)
}

// SessionFilter chooses sessions of one project by the time they started.
type SessionFilter struct {
	ProjectID string // empty: every project
	From, To  int64  // started at, unix ms, From inclusive, To exclusive; 0: open
	UserID    string // empty: anybody
	// AfterStarted and AfterID are the keyset cursor: the last session seen. Empty: from the newest.
	AfterStarted int64
	AfterID      string
	Limit        int // 1 to [listMax]
}

// SessionStore reads sessions.
type SessionStore interface {
	// Session returns one session, [ErrErased] if it was erased, or [ErrNotFound];
	// also the latter if projectID is not empty and is another one's.
	Session(ctx context.Context, projectID, id string) (Session, error)
	// SessionsByID returns those of ids (at most listMax) that exist in the project, in no
	// promised order.
	SessionsByID(ctx context.Context, projectID string, ids []string) ([]Session, error)
	// Sessions lists newest started first, then by id descending.
	Sessions(ctx context.Context, f SessionFilter) ([]Session, error)
	// Batches returns all rows of a session ordered by tab, then seq.
	Batches(ctx context.Context, sessionID string) ([]Batch, error)
	// SessionClaim returns the claim that holds for a session, or [ErrNotFound].
	SessionClaim(ctx context.Context, sessionID string) (Claim, error)
	// ProjectIDs returns the projects that have sessions, in order. Cheap, however many sessions there are.
	ProjectIDs(ctx context.Context) ([]string, error)
	// Usage sums what each project holds, ordered by project id; also of one that has nothing left but
	// site dictionaries. It reads every session: for people, not for what is done every few minutes.
	Usage(ctx context.Context) ([]Usage, error)
}

// Usage is what one project holds, in bytes.
type Usage struct {
	ProjectID   string
	Sessions    int64
	RawBytes    int64
	PackBytes   int64
	SealedBytes int64
	// DictionaryBytes is what its site dictionaries take, copies included.
	DictionaryBytes int64
}

// Sealing is the change of a session from packs to one sealed object.
type Sealing struct {
	SessionID string
	Key       string // of the sealed object, already durable
	Bytes     int64
	SealCount int // the session's SealCount before; [ErrChanged] if another sealing came first
	// Batches are all batches that the sealed object holds, by tab and seq.
	Batches    []BatchID
	Tabs       []Tab
	Dictionary string // name of the site dictionary that the object needs, empty if none
	Digest     *Digest
}

// BatchID names one batch of a session.
type BatchID struct {
	TabID string
	Seq   int64
}

// SealStore is what sealing and the removal of packs need.
type SealStore interface {
	// Ended returns ids of live sessions whose last batch came before idleBefore or that
	// started before startedBefore (unix ms), oldest first.
	Ended(ctx context.Context, idleBefore, startedBefore int64, limit int) ([]string, error)
	// Outdated returns ids of sealed sessions without a digest, which an older version of this program sealed,
	// oldest first.
	Outdated(ctx context.Context, limit int) ([]string, error)
	// CommitSeal makes the sealed object the place of its batches, whose rows lose their moments and facts, as the
	// object has them. [ErrChanged] if the dictionary it needs is gone. A batch that is not in it (it came meanwhile) keeps its pack and keeps the session live.
	CommitSeal(ctx context.Context, s Sealing, now int64) error
	// ClosePacks marks every pack of this writer closed: nothing is appended to them
	// any more. The writer names its packs with the prefix given.
	ClosePacks(ctx context.Context, prefix string) error
	// EmptyPacks returns closed packs in which no batch lies any more.
	EmptyPacks(ctx context.Context, limit int) ([]string, error)
	// ForgetPack removes a pack's row, after its object is gone. Idempotent.
	ForgetPack(ctx context.Context, key string) error
}

// EraseStore is what erasing and retention need.
type EraseStore interface {
	// Erase removes every row of a session, leaves a tombstone, cuts the links of its
	// responses and puts it into the outbox, so that it leaves the index. Idempotent.
	// [ErrNotFound] for a session that never was, or is another project's.
	Erase(ctx context.Context, projectID, sessionID string, now int64) error
	// PendingErasures returns tombstones whose objects may still lie in the bucket.
	PendingErasures(ctx context.Context, limit int) ([]string, error)
	// ErasureDone notes that a session's objects are gone. Idempotent.
	ErasureDone(ctx context.Context, sessionID string, now int64) error
	// Expired returns sessions of a project whose last batch came before the time given, oldest first.
	Expired(ctx context.Context, projectID string, receivedBefore int64, limit int) ([]string, error)
	// DropEmptyClaims removes sessions that were claimed before the time given and never got a
	// batch, and returns their ids, at most limit.
	DropEmptyClaims(ctx context.Context, claimedBefore int64, limit int) ([]string, error)
	// Scrub makes the database forget the bytes of deleted rows where the engine can.
	Scrub(ctx context.Context) error
}

// MasterKeyID names a master key: the first bytes of its SHA-256.
type MasterKeyID = segment.MasterKeyID

// KeyKind says what a data key encrypts.
type KeyKind string

const (
	// KeySession is the kind of the data keys of sessions, also of those without a batch; their
	// owner is the session's id.
	KeySession KeyKind = "session"
	// KeyDictionary is the kind of the data keys of site dictionaries; their owner is "project/name".
	KeyDictionary KeyKind = "dictionary"
)

// WrappedKey is a data key as it is stored: encrypted with a master key, whose id its
// first bytes are.
type WrappedKey struct {
	Owner   string // what the key encrypts; unique in its kind
	Wrapped []byte
}

// Rewrapping replaces a wrapped key by the same data key under another master key.
type Rewrapping struct {
	Owner    string
	Old, New []byte
}

// KeyCount is how many data keys of a kind are under one master key.
type KeyCount struct {
	Kind  KeyKind
	Under MasterKeyID
	Keys  int64
}

// KeyStore is what changing the master key needs. An unknown kind is [ErrInvalid].
type KeyStore interface {
	// WrappedKeys returns keys of a kind that are under any other master key than the one given,
	// of owners after the one given, in bytewise order of owners, at most limit.
	WrappedKeys(ctx context.Context, kind KeyKind, notUnder MasterKeyID, after string, limit int) ([]WrappedKey, error)
	// Rewrap replaces wrapped keys of a kind. One that is no longer the old one, because its owner was
	// erased or it was replaced meanwhile, stays as it is. Idempotent.
	Rewrap(ctx context.Context, kind KeyKind, keys []Rewrapping) error
	// KeyCounts counts all keys, ordered by kind, then master key.
	KeyCounts(ctx context.Context) ([]KeyCount, error)
}

// Dictionary is a site dictionary that is durable in the bucket, or, without a name, a learning that found
// too little to share.
type Dictionary struct {
	ProjectID  string
	Name       string
	WrappedKey []byte // nil without a name
	Bytes      int64  // that its objects take
	Sessions   int    // it was learned from
	LearnedAt  int64
}

// DictionaryUse is how well a dictionary serves; see [dictionary.State].
type DictionaryUse struct {
	Sealed              int // sealed sessions of the project, with whichever dictionary
	RawThen, SealedThen int64
	RawNow, SealedNow   int64
}

// DictionaryStore keeps which site dictionaries there are.
type DictionaryStore interface {
	// AddDictionary notes a learning. Idempotent by project and name; the same name again is the newest again.
	AddDictionary(ctx context.Context, d Dictionary) error
	// Dictionary returns one by its name, or [ErrNotFound].
	Dictionary(ctx context.Context, projectID, name string) (Dictionary, error)
	// LatestDictionary returns a project's last learning, or [ErrNotFound].
	LatestDictionary(ctx context.Context, projectID string) (Dictionary, error)
	// DictionaryUse sums up the first and the newest sample sealed sessions of the project that need the
	// dictionary of that name, the newest only those that started at since or later.
	DictionaryUse(ctx context.Context, projectID, name string, sample int, since int64) (DictionaryUse, error)
	// UnusedDictionaries returns those with a name that are not their project's newest, were learned before the time
	// given, and that no session needs.
	UnusedDictionaries(ctx context.Context, learnedBefore int64, limit int) ([]Dictionary, error)
	// ForgetDictionary removes a dictionary's row before its objects are deleted, unless a session needs
	// it: then it is [ErrChanged]. Idempotent.
	ForgetDictionary(ctx context.Context, projectID, name string) error
}

// Finding is the digest of a session as it was at a revision.
type Finding struct {
	SessionID string
	Revision  int64
	Digest    Digest
}

// DigestStore keeps what is found out about sessions, and how people label them.
type DigestStore interface {
	// SaveDigests stores digests of sessions that have not changed since the revision; others are passed over.
	SaveDigests(ctx context.Context, found []Finding) error
	// SetTags replaces the team's labels of a session and puts it into the outbox. [ErrNotFound] or [ErrErased]
	// for a session that is not there, or is another project's.
	SetTags(ctx context.Context, projectID, sessionID string, tags []string, now int64) error
}

// Pending is one session whose document in the search index is out of date.
type Pending struct {
	SessionID string
	ProjectID string
	Revision  int64 // grows with every change
	Attempts  int
}

// OutboxState is how far the search index is behind.
type OutboxState struct {
	Pending  int64
	Failing  int64 // of these, tried at least once in vain
	OldestAt int64 // unix ms of the oldest change that waits; 0 if none
}

// Outbox hands changed sessions to the search index, each at least once after its
// last change. Entries are coalesced per session.
type Outbox interface {
	// Touch puts sessions into the outbox.
	Touch(ctx context.Context, sessionIDs []string, now int64) error
	// Lease takes up to limit entries that nobody holds, until the lease ends.
	Lease(ctx context.Context, now, leaseMs int64, limit int) ([]Pending, error)
	// Done removes entries whose revision is still the one given; a newer change stays, and is free again.
	Done(ctx context.Context, done []Pending) error
	// Fail keeps an entry for a later try and notes why.
	Fail(ctx context.Context, p Pending, why string, retryAt int64) error
	// OutboxState tells how much waits.
	OutboxState(ctx context.Context) (OutboxState, error)
	// Failures returns entries that were tried in vain, those that wait longest first.
	Failures(ctx context.Context, limit int) ([]Failure, error)
	// RetryFailures lets all of them be tried at once, and returns how many.
	RetryFailures(ctx context.Context, now int64) (int64, error)
}

// Failure is a session that could not be put into the search index.
type Failure struct {
	SessionID string
	ProjectID string
	Attempts  int
	Why       string
	Since     int64 // unix ms, of the oldest change that waits
	RetryAt   int64
}
