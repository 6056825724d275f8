package dictionary

// What is personal, and what is not.
const (
	// MinSessionsDefault is k: content of fewer sessions than this could tell of one of them.
	MinSessionsDefault = 5
	// PeopleMin is how many people must share content, where people are known: what two share may be between the two.
	PeopleMin = 3
)

// How content is cut. Chunks are what is counted and kept: small ones let more of a page be shared around the
// places that differ, and cost more time and memory to count.
const (
	// chunkBytesMin is also the window of the rolling hash, so that where a chunk ends depends on its own bytes alone.
	chunkBytesMin = 64
	// chunkBytesMax bounds what one changed letter can keep out.
	chunkBytesMax = 4 << 10
	// chunkBits makes the mean chunk chunkBytesMin + 1<<chunkBits bytes.
	chunkBits = 8
)

// bridgeBytesMax is how much may stand in a dictionary again, so that a run of a page is not broken where it repeats itself.
const bridgeBytesMax = 1 << 10

// What one learning may read and hold.
const (
	// SizeBytesDefault bounds a dictionary: every sealed block is compressed and read with all of it in memory.
	SizeBytesDefault = 3 << 20
	// sizeBytesMin is where a dictionary begins to pay for the round trip of fetching it.
	sizeBytesMin = 4 << 10
	// sessionBytesMax bounds what is read of one session, so that one of many hours does not fill the table alone.
	sessionBytesMax = 64 << 20
	// learnBytesMax bounds what is read in all, in each of the two passes: some seconds of work.
	learnBytesMax = 1 << 30
	// chunksMax bounds the table of counted chunks: about 40 MB, and room for 150 MB of content that differs.
	chunksMax = 1 << 19
	// freshSessions is the half-life of a count: a chunk of a session this much older counts half as much, so that
	// old versions of a page fall out soon after a release.
	freshSessions = 16
)
