package replay

import (
	"time"

	"github.com/afterimage/afterimage/replay/segment"
	"github.com/afterimage/afterimage/replay/signal"
)

const (
	// uploadBytesMax bounds an upload as it comes. Recorders send 64 KiB at a time; a first
	// snapshot of a 100,000-node page is about 8 MB of JSON, 1 MB compressed.
	uploadBytesMax = 8 << 20
	// inflatedBytesMax bounds what an upload inflates to. Sentry allows 100 MiB, PostHog
	// 20 MB; a page over this cannot be played in a browser either.
	inflatedBytesMax = segment.EventBytesMax
	// smallInflatedBytesMax is what any number of uploads may inflate to at once; larger
	// ones pass one after another, so that many bombs take no more memory than one.
	smallInflatedBytesMax = 1 << 20
	// largeUploadsAtOnceMax is how many uploads over smallInflatedBytesMax are in memory at once.
	largeUploadsAtOnceMax = 2
	// eventsPerBatchMax bounds the work one upload can ask for; a busy page makes a few thousand in 5 s.
	eventsPerBatchMax = 100_000
	// seqMax leaves room for 300 years of batches and fits every database's integer.
	seqMax = 1<<31 - 1
	// secretBytesMin keeps out what could be guessed. Our recorder sends 128 bits in hex, 32 letters; others may
	// write as many bits in fewer.
	secretBytesMin = 16
	secretBytesMax = 128
	// metaBytesMax bounds what is told of page, person and device.
	metaBytesMax = 64 << 10

	// clockToleranceMs is the difference between the clocks that is taken for the time
	// the upload was on its way, and not corrected.
	clockToleranceMs = 5_000
	// futureMs is how far ahead of the server events may lie once the clock is corrected.
	futureMs = 24 * 3600_000

	// PagesPerSessionMax bounds Session.Pages, which every commit of a page writes anew; the
	// moments still hold all of them.
	PagesPerSessionMax = 500
	// TagsMax is how many labels a session has of the site, and as many of the team: a line of them.
	TagsMax = 20
	// TagRunesMax is how long one is: a few words.
	TagRunesMax = 50
	// factsPerTabMax bounds the memory that looking for signals takes: 25 MB for a tab that somebody worked in for
	// half a day. What comes after is not looked at.
	factsPerTabMax = 300_000
	// visitsMax bounds Digest.Visits, which stand in every list of sessions.
	visitsMax = 200
	// ActiveGapMs is the longest pause between two inputs that still counts as activity, within a
	// batch and between two.
	ActiveGapMs = signal.ActiveGapMs
	// listMax bounds one page of a list.
	listMax = 500

	// queueBatchesMax and queueBytesMax bound what waits for storage; beyond them
	// uploads are answered with ErrBusy at once.
	queueBatchesMax = 4096
	queueBytesMax   = 128 << 20
	// groupBatchesMax and groupBytesMax bound what is committed together: large enough
	// that one fsync serves many, small enough that the first does not wait for the last.
	groupBatchesMax = 512
	groupBytesMax   = 8 << 20
	// packBytesMax and packMsMax end a pack. Short packs are gone soon after their sessions are sealed.
	packBytesMax = 64 << 20
	packMsMax    = 10 * 60_000
	// lingerMs is how long a pack for an object store waits for company: a put costs
	// tens of milliseconds and money, whatever its size.
	lingerMs = 20
	// putsAtOnce is how many packs are on their way to an object store at once.
	putsAtOnce = 4

	// commitTimeout bounds one group's index transaction. After it nobody knows whether it
	// went through: the batches are refused, and sent again they are duplicates.
	commitTimeout = 30 * time.Second

	// claimsCachedMax is how many sessions' keys a process holds in memory, about 300 bytes each.
	claimsCachedMax = 20_000

	// idleMs ends a session, as the recorder ends it: without activity for 30 minutes; lengthMs
	// is the longest a session lasts.
	idleMs   = 30 * 60_000
	lengthMs = 24 * 3600_000
)
