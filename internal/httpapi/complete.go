package httpapi

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/search"
)

// completion is what may be written at the cursor of a query.
type completion struct {
	// From and To are what an item replaces: rune offsets into the query.
	From  int              `json:"from"`
	To    int              `json:"to"`
	Key   string           `json:"key"` // whose value is being typed; empty elsewhere
	Items []completionItem `json:"items"`
}

// completionItem is one thing to write.
type completionItem struct {
	Text  string `json:"text"` // to be put in as it is, in quotes where it needs them
	Kind  string `json:"kind"` // key, value or operator
	Help  string `json:"help,omitempty"`
	Count int64  `json:"count,omitempty"` // sessions that have it
}

const (
	itemKey      = "key"
	itemValue    = "value"
	itemOperator = "operator"

	traitPrefix = "trait."
	// traitsBeside is how many traits stand among the keys before anybody asks for them.
	traitsBeside = 5
)

// completeQuery tells what can be written at a place of a query: keys, and values by how many sessions have them.
func (s *Server) completeQuery(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	q := &query{c: c}
	text, zone := q.text("q", queryBytesMax), q.zone("tz")
	length := int64(utf8.RuneCountInString(text))
	pos := q.whole("pos", length, 0, length)
	if q.err != nil {
		return q.err
	}
	at := search.Complete(text, int(pos))
	k := &completer{s: s, c: c, project: project.ID, at: at, zone: zone, atStart: strings.TrimSpace(string([]rune(text)[:at.From])) == ""}
	switch {
	case at.Phrase:
	case at.Values:
		k.bare = at.From > 0 && []rune(text)[at.From-1] == ':'
		err = k.values()
	default:
		err = k.keys()
	}
	if err != nil {
		return err
	}
	items := k.items[:min(len(k.items), completionsMax)]
	if items == nil {
		items = []completionItem{}
	}
	return respond(c, fiber.StatusOK, completion{From: at.From, To: at.To, Key: at.Key, Items: items})
}

// completer gathers the items for one place.
type completer struct {
	s       *Server
	c       *fiber.Ctx
	project string
	at      search.Completion
	zone    *time.Location
	atStart bool // nothing stands before the place
	bare    bool // no operator or list stands between the colon and the place
	items   []completionItem
}

func (k *completer) add(items ...completionItem) { k.items = append(k.items, items...) }

// keys offers keys, the names of traits, and OR.
func (k *completer) keys() error {
	prefix := strings.ToLower(k.at.Prefix)
	name, ofTraits := strings.CutPrefix(prefix, traitPrefix)
	if !ofTraits {
		for i := range search.Keys {
			spec := &search.Keys[i]
			if strings.HasPrefix(spec.Key, prefix) && spec.Kind != search.KindTrait {
				k.add(completionItem{Text: spec.Key + ":", Kind: itemKey, Help: spec.Help})
			}
		}
	}
	limit := completionsMax
	if !ofTraits {
		name, limit = "", traitsBeside
	}
	if ofTraits || strings.HasPrefix(traitPrefix, prefix) {
		traits, err := k.s.Suggest.TraitNames(k.c.UserContext(), k.project, name, limit)
		if err != nil && !errors.Is(err, search.ErrUnavailable) { // keys can be told all the same
			return err
		}
		for _, t := range traits {
			k.add(completionItem{Text: search.TraitKey(t.Value) + ":", Kind: itemKey, Help: "what the site told of the person", Count: t.Count})
		}
	}
	if !k.atStart && strings.HasPrefix("or", prefix) {
		k.add(completionItem{Text: "OR", Kind: itemOperator, Help: "one side or the other"})
	}
	return nil
}

// values offers what can stand behind a key's colon.
func (k *completer) values() error {
	spec := search.Spec(k.at.Key)
	if spec == nil {
		return nil
	}
	for _, flag := range spec.Flags {
		if strings.HasPrefix(strings.ToLower(flag), strings.ToLower(k.at.Prefix)) {
			k.add(completionItem{Text: flag, Kind: itemValue})
		}
	}
	if k.bare && k.at.Prefix == "" {
		k.add(operatorsOf(spec)...)
	}
	if spec.Kind == search.KindTime && k.bare {
		for _, moment := range []string{"today", "yesterday", "<1h", "<24h", "<7d", "<30d"} {
			if _, err := search.ParseIn(k.at.Key+":"+moment, k.zone); err == nil && strings.HasPrefix(moment, strings.ToLower(k.at.Prefix)) {
				k.add(completionItem{Text: moment, Kind: itemValue})
			}
		}
	}
	if !slices.Contains(search.Suggestible, k.at.Key) && !strings.HasPrefix(k.at.Key, traitPrefix) {
		return nil
	}
	known, err := k.s.Suggest.Values(k.c.UserContext(), k.project, k.at.Key, k.at.Prefix, completionsMax)
	if err != nil {
		return err
	}
	for _, v := range known {
		k.add(completionItem{Text: search.QuoteValue(k.at.Key, v.Value), Kind: itemValue, Count: v.Count})
	}
	return nil
}

// operatorsOf are the comparisons that a key is most used with.
func operatorsOf(spec *search.KeySpec) []completionItem {
	item := func(text, help string) completionItem {
		return completionItem{Text: text, Kind: itemOperator, Help: help}
	}
	switch {
	case spec.Counter:
		return []completionItem{item("*", "at least one"), item(">", "more than"), item("<", "fewer than")}
	case spec.Kind == search.KindNumber, spec.Kind == search.KindDecimal:
		return []completionItem{item(">", "more than"), item("<", "less than"), item("*", "any")}
	case spec.Kind == search.KindDuration:
		return []completionItem{item(">", "longer than: 30s, 5m"), item("<", "shorter than")}
	}
	return nil
}
