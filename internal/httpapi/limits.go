package httpapi

import "time"

// Limits of what one client may ask of the server, each with its reason.
const (
	ingestBodyBytesMax = 8 << 20 // a compressed full snapshot of a very large page, with room
	apiBodyBytesMax    = 1 << 20 // some thousand imported responses
	headerBytesMax     = 16 << 10

	// connectionsMax bounds memory: each connection costs some 20 KB when idle. It is
	// above the 5,000 live sessions that one process promises, several times over.
	connectionsMax = 32 << 10

	// readTimeout covers a whole request: 8 MiB in 30 s is 2 Mbit/s, and what is usual
	// (20 KB) passes on the slowest line.
	readTimeout = 30 * time.Second
	idleTimeout = 75 * time.Second // longer than the 60 s that proxies usually keep a connection
	// writeTimeout is for each write, not for an answer: streams may last for hours.
	writeTimeout   = 30 * time.Second
	requestTimeout = 60 * time.Second // all work of a request but streams

	listDefault = 50
	listMax     = 200 // replay.SessionStore's limit, and what a screen can show

	// staleRoundsMax bounds how often one list asks the index again because sessions it
	// found are gone. The page may then be short; its cursor still leads on.
	staleRoundsMax = 8

	queryBytesMax  = 8000 // of a search: 2,000 characters of any script; search.Parse says it better below that
	cursorBytesMax = 512
	zoneBytesMax   = 64 // the longest name of a time zone has half of that

	// pendingShare is how much longer a count of the outbox is believed than it took: so polling costs
	// at most a twentieth of one thread, and the count is fresh as long as it is cheap.
	pendingShare = 20

	eventStreamsMax = 64  // recordings read at a time: each holds a block and a compressor
	liveStreamsMax  = 512 // each asks the store once a second

	livePollInterval  = time.Second
	liveHeartbeat     = 15 * time.Second // below the 30 s after which proxies drop silent connections
	retryAfterSeconds = 5                // what a client told to come back waits

	exportsMax    = 4       // at a time: each keeps the index and the store busy
	exportPage    = 500     // sessions: as many as one search gives, some MB in memory
	exportRowsMax = 100_000 // what a spreadsheet still opens in seconds

	// completionsMax lets all keys be listed; search.Suggester gives 100 values.
	completionsMax = 60

	savedCountsAge    = 3 * time.Second // how old a saved search's count may be: many may watch one list
	savedCountsAtOnce = 4               // searches of one list at a time, each some ms
	savedCountsTime   = 2 * time.Second // for all of one list; what is not counted by then is told as -1
	savedPeriodBytes  = 16

	failuresRead  = 1000 // of all projects, of which those of one are shown
	failuresShown = 100

	keyCacheAge = 5 * time.Second // how long a changed project may be seen as it was
	keyCacheMax = 1024

	seqMax = 1<<31 - 1

	siteOriginsMax   = 50
	retentionDaysMax = 3650

	responsesPerPostMax = 1000
	responseTextMax     = 20_000 // characters
	responseFieldMax    = 2000   // characters of a URL; shorter fields are bounded by it too

	readyTimeout  = 3 * time.Second
	readyCacheAge = time.Second // so that nobody can load the stores through /readyz
)
