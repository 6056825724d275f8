package worker

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/afterimage/afterimage/replay"
)

// counted says under which name of the search index each kind of moment is counted; the others are
// not counted there, or elsewhere.
var counted = map[string]string{
	"rage": "rage", "dead": "dead", "errorclick": "errorclick", "quickback": "quickback", "slowrequest": "slow",
	"slowpage": "slow", "thrash": "thrash", "abandon": "abandon", "freeze": "freeze", "refresh": "refresh",
}

// signalsOf counts what went wrong, by the index's names.
func signalsOf(found *replay.Digest) map[string]int {
	var all map[string]int
	for kind, n := range found.Signals {
		if name := counted[kind]; name != "" && n > 0 {
			if all == nil {
				all = map[string]int{}
			}
			all[name] += n
		}
	}
	return all
}

// vitalsOf gives the measures as the index has them: whole ms, and the score of layout shifts in thousandths.
func vitalsOf(found *replay.Digest) map[string]int64 {
	var all map[string]int64
	for name, value := range found.Vitals {
		if name == "CLS" {
			value *= 1000
		}
		if all == nil {
			all = map[string]int64{}
		}
		all[strings.ToLower(name)] = int64(math.Round(value))
	}
	return all
}

// tagsOf joins the labels of the site and of the team.
func tagsOf(s *replay.Session) []string {
	var all texts
	for _, tag := range slices.Concat(s.SiteTags, s.TeamTags) {
		all.add(tag)
	}
	return all.all
}

// The limits of what is searched of a person's traits.
const (
	traitsMax          = 50
	traitNameRunesMax  = 60
	traitValueRunesMax = 200
)

// traitsOf gives the traits that have one value, as text: lists and objects cannot be asked for.
func traitsOf(raw json.RawMessage) map[string]string {
	var told map[string]any
	if len(raw) == 0 || json.Unmarshal(raw, &told) != nil {
		return nil
	}
	var all map[string]string
	for _, name := range slices.Sorted(maps.Keys(told)) {
		var text string
		switch v := told[name].(type) {
		case string:
			text = strings.TrimSpace(v)
		case bool, float64:
			b, err := json.Marshal(v)
			if err != nil {
				continue
			}
			text = string(b)
		}
		if text == "" || name == "" || len(all) == traitsMax {
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		all[firstRunes(name, traitNameRunesMax)] = firstRunes(text, traitValueRunesMax)
	}
	return all
}
