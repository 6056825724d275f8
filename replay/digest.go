package replay

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay/signal"
)

// Digest is what a session's moments tell of it as a whole. Times are unix ms in the server's clock.
type Digest struct {
	// Signals counts the moments of each kind that signalKinds lists; what did not happen is not there.
	Signals map[string]int `json:"signals,omitempty"`
	// Pages is how many pages were visited.
	Pages int `json:"pages,omitempty"`
	// Visits are the pages in the order visited, at most visitsMax.
	Visits []Visit `json:"visits,omitempty"`
	// Entry and Exit are the addresses of the first and the last page.
	Entry string `json:"entry,omitempty"`
	Exit  string `json:"exit,omitempty"`
	// UTM holds the campaign parameters of the first page that has any, as [signal.UTM] names them.
	UTM map[string]string `json:"utm,omitempty"`
	// Vitals are the 75th percentiles over the visits, which is how web.dev/vitals judges; units as in [Vitals].
	Vitals Vitals `json:"vitals,omitempty"`
}

// Visit is one stay on one page.
type Visit struct {
	At         int64  `json:"at"`
	Tab        string `json:"tab"`
	URL        string `json:"url"`
	Title      string `json:"title,omitempty"`
	DurationMs int64  `json:"durationMs"` // until the next page of the tab, or its last event
	Vitals     Vitals `json:"vitals,omitempty"`
}

// signalKinds are the kinds of moments that say that something went wrong, beyond what Counts count.
var signalKinds = []string{
	"rage", "dead", "errorclick", "slowrequest", "slowpage", "vital", "quickback", "thrash", "abandon", "freeze", "refresh",
}

// vitalsPercentile is the share of visits that are to be at least as good: web.dev/articles/vitals.
const vitalsPercentile = 0.75

// digest sums up visits, in any order, and the moments of a session.
func digest(moments []Moment, visits []Visit) Digest {
	d := Digest{Signals: map[string]int{}}
	for i := range moments {
		if slices.Contains(signalKinds, moments[i].Kind) {
			d.Signals[moments[i].Kind]++
		}
	}
	slices.SortStableFunc(visits, func(a, b Visit) int { return cmp.Compare(a.At, b.At) })
	d.Vitals = percentiles(visits)
	if len(visits) > 0 {
		d.Entry, d.Exit = visits[0].URL, visits[len(visits)-1].URL
	}
	for i := range visits {
		if d.UTM = signal.UTM(visits[i].URL); len(d.UTM) > 0 {
			break
		}
	}
	d.Pages = len(visits)
	d.Visits = visits[:min(len(visits), visitsMax)]
	return d
}

// percentiles returns of each measure the value that vitalsPercentile of the visits do not exceed (nearest rank).
func percentiles(visits []Visit) Vitals {
	values := map[string][]float64{}
	for i := range visits {
		for name, value := range visits[i].Vitals {
			values[name] = append(values[name], value)
		}
	}
	if len(values) == 0 {
		return nil
	}
	all := Vitals{}
	for name, vs := range values {
		slices.Sort(vs)
		all[name] = vs[int(math.Ceil(vitalsPercentile*float64(len(vs))))-1]
	}
	return all
}

// Tag replaces the labels that the team gave a session. Errors wrap [ErrInvalid] for too many or too long
// ones, [ErrNotFound] or [ErrErased].
func (s *Service) Tag(ctx context.Context, projectID, sessionID string, tags []string) error {
	kept := cleanTags(tags)
	if len(kept) > TagsMax {
		return fmt.Errorf("%w: at most %d tags", ErrInvalid, TagsMax)
	}
	for _, tag := range kept {
		if signal.Line(tag, TagRunesMax) != tag {
			return fmt.Errorf("%w: a tag is one line of at most %d characters", ErrInvalid, TagRunesMax)
		}
	}
	return s.store.SetTags(ctx, projectID, sessionID, kept, s.nowMs())
}

// cleanTags drops what is blank or said twice.
func cleanTags(tags []string) []string {
	kept := []string{}
	for _, tag := range tags {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	return kept
}

// siteTags keeps what of a site's tags can be kept.
func siteTags(tags []string) []string {
	if len(tags) == 0 {
		return nil
	}
	kept := cleanTags(tags)
	for i, tag := range kept {
		kept[i] = signal.Line(tag, TagRunesMax)
	}
	return kept[:min(len(kept), TagsMax)]
}
