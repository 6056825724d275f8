package replay

// Batch is the index row of one upload: events of one tab, numbered by Seq. Its
// times are in the client's clock; the session's ClockOffsetMs leads to the server's.
type Batch struct {
	SessionID string
	TabID     string
	Seq       int64
	// Hash is SHA-256 over each event's JSON as sent, each followed by a newline.
	Hash [32]byte

	// Pack is the object that holds the block; empty once the session is sealed.
	Pack   string
	Offset int64 // of the record in the pack
	Length int64 // of the record, header included

	RawBytes int64 // of the events as JSON
	Events   int
	FirstAt  int64 // lowest timestamp
	LastAt   int64 // highest timestamp
	// SnapshotAt is the time of the first full snapshot in the batch, 0 if there is none.
	SnapshotAt int64
	Moments    []Moment
	// Facts are what the detectors of signals go by, as [signal.AppendFacts] writes it; nil once sealed.
	Facts      []byte
	ReceivedAt int64
}

// Summary is what one batch adds to its session. Times are in the client's clock.
type Summary struct {
	// User, Release and Referrer replace what the session has, where not empty.
	User     User
	Release  string
	Referrer string
	// Tags are added to what the session has, up to [TagsMax].
	Tags   []string
	Pages  []Page
	Counts Counts
	Vitals Vitals // the worst of each
	// ActiveMs sums the gaps between neighbouring inputs of the person (moves, clicks,
	// scrolls, keys, touches) that are at most [ActiveGapMs] long. FirstActiveAt and
	// LastActiveAt let the gap to the batch before be counted too; 0 if nothing was done.
	ActiveMs      int64
	FirstActiveAt int64
	LastActiveAt  int64
}

// Claim ties a session to the project and to the recorder that began it. The store
// keeps the first claim of a session for ever; every later one gets that one back.
type Claim struct {
	SessionID  string
	ProjectID  string
	SecretHash [32]byte // SHA-256 of the secret that every batch must bring
	// WrappedKey is the session's data key, encrypted with the master key.
	WrappedKey    []byte
	ClockOffsetMs int64
	Client        Client
	ClaimedAt     int64
}

// Commit is one batch that is durable in its pack, with what it adds to its session.
type Commit struct {
	Batch   Batch
	Summary Summary
}

// Verdict says what became of one batch of a commit.
type Verdict int

const (
	// Stored is a batch that is now in the index.
	Stored Verdict = iota
	// Duplicate is a batch that was there already with the same hash.
	Duplicate
	// Conflict is a batch whose number is taken by other events.
	Conflict
	// Gone is a batch of a session that has been erased.
	Gone
)
