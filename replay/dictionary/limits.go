package dictionary

import "time"

// What is personal, and what is not.
const (
	// MinSessionsDefault is k: content of fewer sessions than this could tell of one of them.
	MinSessionsDefault = 5
	// PeopleMin is how many people must share content, where people are known: what two share may be between the two.
	// No rule goes below as many sessions either.
	PeopleMin = 3
)

// How content is cut. Smaller chunks let more of a page be shared around the places that differ, and take more time and
// memory to count; measured on dashboards and shops, a mean of 128 to 256 bytes gives the smallest blocks.
const (
	// chunkBytesMin keeps out what is shorter than a reference to it is worth.
	chunkBytesMin = 32
	// chunkBytesMax bounds what one changed letter can keep out, where content gives no place to cut.
	chunkBytesMax = 4 << 10
	// chunkBits makes the mean chunk chunkBytesMin + 1<<chunkBits bytes.
	chunkBits = 7
	// bridgeBytesMax is how much may be copied again so that a run of a page does not break where it repeats itself.
	bridgeBytesMax = 1 << 10
)

// What a dictionary, and one learning, may take.
const (
	// SizeBytesDefault bounds a dictionary: sealing and reading hold all of it in memory. It leaves room for a block of
	// 1 MiB and a large page's keyframe within the 8 MiB that every zstd decoder takes. Three pages of a heavy
	// dashboard, styles and drawings included, are 2.4 MiB.
	SizeBytesDefault = 3 << 20
	// sizeBytesMin is where a dictionary begins to be worth being fetched before the first block can be read.
	sizeBytesMin = 4 << 10
	// sessionsMax bounds what is read, in sessions; those beyond would weigh nothing, see freshSessions.
	sessionsMax = 1000
	// sessionBytesMax bounds what is read of one session, so that one of many hours does not fill the table alone.
	sessionBytesMax = 64 << 20
	// learnBytesMax bounds what is read in each of the two passes: some seconds of work.
	learnBytesMax = 1 << 30
	// tallyMax bounds the table of what is counted, 36 MB when full. Sessions of a heavy page add up to 10,000 to it, most of which
	// no other has and which make room again.
	tallyMax = 1 << 18
	// freshSessions is the half-life of a count, which decides what finds room: a session this many sessions older counts
	// half as much, so that old versions of a page fall out soon after a release.
	freshSessions = 16
)

// When learning again pays.
const (
	// growAfter and growFactor let a first dictionary, made of the first few sessions, be replaced early, once there are
	// this many times as many sessions; from growSessionsMax on more sessions alone add little.
	growAfter       = time.Hour
	growFactor      = 4
	growSessionsMax = 100
	// relearnAfter bounds how many dictionaries a site can leave behind, each kept as long as a session needs it.
	relearnAfter = 24 * time.Hour
	// worseFactor is how much larger sessions must have become against when the dictionary was new; less is chance.
	worseFactor = 1.15
)
