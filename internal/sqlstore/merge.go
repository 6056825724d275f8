package sqlstore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// sessionRow is a locked session while batches are merged into it.
type sessionRow struct {
	id, projectID string
	clockOffsetMs int64

	batches                        int64
	startedAt, endedAt, receivedAt int64
	activeMs, lastActiveAt         int64
	user                           replay.User
	release, referrer              string
	tags                           []string
	counts                         replay.Counts
	vitals                         replay.Vitals
	events, rawBytes, packBytes    int64
	revision                       int64
	pages                          []replay.Page // only read and written if morePages
	morePages                      []replay.Page
	changed                        bool
}

// merge adds what one batch brings. Client times become the server's here.
func (s *sessionRow) merge(c *replay.Commit) {
	b, sum := &c.Batch, &c.Summary
	first, last := b.FirstAt+s.clockOffsetMs, b.LastAt+s.clockOffsetMs
	if b.Events == 0 {
		first, last = b.ReceivedAt, b.ReceivedAt
	}
	if s.batches == 0 {
		s.startedAt, s.endedAt = first, last
	}
	s.startedAt, s.endedAt = min(s.startedAt, first), max(s.endedAt, last)
	s.receivedAt = max(s.receivedAt, b.ReceivedAt)
	s.batches++
	s.events += int64(b.Events)
	s.rawBytes += b.RawBytes
	if b.Pack != "" {
		s.packBytes += b.Length
	}
	s.counts.Add(sum.Counts)
	s.vitals = s.vitals.Worst(sum.Vitals)
	s.mergeActivity(sum)
	s.user = mergeUser(s.user, cleanUser(sum.User))
	if release := clean(sum.Release); release != "" {
		s.release = release
	}
	if s.referrer == "" {
		s.referrer = clean(sum.Referrer)
	}
	for _, tag := range sum.Tags {
		if tag = clean(tag); len(s.tags) < replay.TagsMax && !slices.Contains(s.tags, tag) {
			s.tags = append(s.tags, tag)
		}
	}
	for _, page := range sum.Pages {
		page.At += s.clockOffsetMs
		s.morePages = append(s.morePages, page)
	}
	s.changed = true
}

// mergeActivity adds a batch's active time, and the pause before it where that is short
// enough to be activity.
func (s *sessionRow) mergeActivity(sum *replay.Summary) {
	s.activeMs += sum.ActiveMs
	if s.lastActiveAt != 0 && sum.FirstActiveAt != 0 {
		if gap := sum.FirstActiveAt - s.lastActiveAt; gap > 0 && gap <= replay.ActiveGapMs {
			s.activeMs += gap
		}
	}
	s.lastActiveAt = max(s.lastActiveAt, sum.LastActiveAt)
}

// mergeUser lets what is told of a user replace what was known. What was told before of
// the same user stays where nothing newer is; of another user nothing does.
func mergeUser(old, told replay.User) replay.User {
	if told.ID != "" && old.ID != "" && told.ID != old.ID {
		return told
	}
	merged := replay.User{ID: cmp.Or(told.ID, old.ID), Email: cmp.Or(told.Email, old.Email), Traits: told.Traits}
	if len(merged.Traits) == 0 {
		merged.Traits = old.Traits
	}
	return merged
}

// mergePages returns both in time order without exact doubles, at most replay.PagesPerSessionMax.
func mergePages(old, more []replay.Page) []replay.Page {
	seen := make(map[replay.Page]bool, len(old)+len(more))
	merged := make([]replay.Page, 0, len(old)+len(more))
	for _, page := range slices.Concat(old, more) {
		if !seen[page] {
			seen[page] = true
			merged = append(merged, page)
		}
	}
	slices.SortStableFunc(merged, func(a, b replay.Page) int { return cmp.Compare(a.At, b.At) })
	return merged[:min(len(merged), replay.PagesPerSessionMax)]
}

// clean makes text storable. It is told by pages, and one that tells nonsense must not
// keep the other batches of a commit from being stored.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

func cleanUser(u replay.User) replay.User {
	told := replay.User{ID: clean(u.ID), Email: clean(u.Email)}
	if json.Valid(u.Traits) {
		told.Traits = bytes.ToValidUTF8(u.Traits, []byte("\uFFFD"))
	}
	return told
}
