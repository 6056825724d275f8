package search

import "strings"

// Kind is what the values of a key are.
type Kind uint8

// The kinds of keys. Those that KeySpec.Ordered names are compared as Document.Numbers with
// Intervals, whatever their kind.
const (
	KindValue    Kind = iota // a whole value, folded; * is a wildcard
	KindText                 // words as a piece of a text of the field
	KindURL                  // a path or address with wildcards, or words
	KindNumber               // an integer; there are <, <=, >, >= and ranges
	KindDuration             // the same in ms, written 90s, 5m, 1h30m, 2.5s
	KindTime                 // a day or moment, or a time ago, written 2h or 7d
	KindFlag                 // one of a list
	KindDecimal              // as KindNumber, in thousandths, written 0.1
	KindLabel                // as KindValue, of any of several values: Document.FieldTexts
	KindTrait                // of a trait: as KindValue, and numbers are compared as numbers; see TraitName
	KindSort                 // no filter: Parse puts it into Query.Sort, and no Node has it
)

// KeySpec describes one key of filters.
type KeySpec struct {
	Key     string
	Kind    Kind
	Fields  []string // text fields or the field whose value is compared
	Flags   []string // what a KindFlag or KindSort takes
	Counter bool     // of a KindNumber: 0 is none, and key:* asks for at least 1
	Help    string   // one line, for people
}

// Ordered tells whether values of the key are numbers that are compared: with Intervals, and
// Document.Numbers.
func (s *KeySpec) Ordered() bool {
	switch s.Kind {
	case KindNumber, KindDuration, KindTime, KindDecimal:
		return true
	}
	return false
}

// Keys are all keys of filters, in the order that help shows them. "trait.NAME" stands for
// every trait.
var Keys = []KeySpec{
	{Key: "user", Kind: KindText, Fields: []string{"userId", "userEmail"}, Help: "id or e-mail of the person"},
	{Key: "email", Kind: KindText, Fields: []string{"userEmail"}, Help: "e-mail of the person"},
	{Key: "trait.NAME", Kind: KindTrait, Help: "what the site told of the person: trait.plan:pro, trait.seats:>10"},
	{Key: "url", Kind: KindURL, Fields: []string{"urls"}, Help: "a page visited: /checkout* or words"},
	{Key: "page", Kind: KindURL, Fields: []string{"urls"}, Help: "the same as url"},
	{Key: "title", Kind: KindText, Fields: []string{"titles"}, Help: "title of a page visited"},
	{Key: "referrer", Kind: KindURL, Fields: []string{"referrer"}, Help: "where the person came from"},
	{Key: "browser", Kind: KindValue, Fields: []string{"browser"}, Help: "Chrome, Safari, Firefox …"},
	{Key: "os", Kind: KindValue, Fields: []string{"os"}, Help: "Windows, macOS, iOS, Android …"},
	{Key: "device", Kind: KindValue, Fields: []string{"device"}, Help: "desktop, mobile, tablet or bot"},
	{Key: "country", Kind: KindValue, Fields: []string{"country"}, Help: "two letters: KR, US …"},
	{Key: "language", Kind: KindValue, Fields: []string{"language"}, Help: "ko-KR, en …; ko* for all of a language"},
	{Key: "release", Kind: KindValue, Fields: []string{"release"}, Help: "version of the recorded site"},
	{Key: "tag", Kind: KindLabel, Fields: []string{"tags"}, Help: "a label that the site or the team gave"},
	{Key: "ticket", Kind: KindLabel, Fields: []string{"tickets"}, Help: "key of a linked ticket: SHOP-12"},
	{Key: "id", Kind: KindValue, Fields: []string{"id"}, Help: "id of the session"},
	{Key: "error", Kind: KindText, Fields: []string{"errors"}, Help: "message of an exception"},
	{Key: "error.type", Kind: KindLabel, Fields: []string{"errorTypes"}, Help: "type of an exception: TypeError"},
	{Key: "console", Kind: KindText, Fields: []string{"console"}, Help: "an error or warning in the console"},
	{Key: "request", Kind: KindText, Fields: []string{"requests"}, Help: "method, address or status of a failed request"},
	{Key: "custom", Kind: KindText, Fields: []string{"custom"}, Help: "name of a custom event"},
	{Key: "complaint", Kind: KindText, Fields: []string{"complaints"}, Help: "text of a complaint"},
	{Key: "response", Kind: KindText, Fields: []string{"complaints", "responses"}, Help: "text of any answer, complaints too"},
	{Key: "survey", Kind: KindText, Fields: []string{"surveys"}, Help: "name of a survey that was answered"},
	{Key: "has", Kind: KindFlag, Flags: hasFlags, Help: "what the session has"},
	{Key: "is", Kind: KindFlag, Flags: []string{"live", "identified", "anonymous"}, Help: "what the session is"},

	{Key: "rage", Kind: KindNumber, Counter: true, Help: "number of rage clicks: rage:>2, rage:* for any"},
	{Key: "dead", Kind: KindNumber, Counter: true, Help: "number of dead clicks: nothing happened"},
	{Key: "errorclick", Kind: KindNumber, Counter: true, Help: "number of clicks that an error followed"},
	{Key: "quickback", Kind: KindNumber, Counter: true, Help: "number of pages left at once by going back"},
	{Key: "slow", Kind: KindNumber, Counter: true, Help: "number of slow requests and slow pages"},
	{Key: "thrash", Kind: KindNumber, Counter: true, Help: "number of times the pointer was shaken"},
	{Key: "abandon", Kind: KindNumber, Counter: true, Help: "number of forms begun and not sent"},
	{Key: "freeze", Kind: KindNumber, Counter: true, Help: "number of times the page did not react"},
	{Key: "refresh", Kind: KindNumber, Counter: true, Help: "number of times the page was reloaded in anger"},

	{Key: "status", Kind: KindNumber, Help: "HTTP status of a failed request"},
	{Key: "errors", Kind: KindNumber, Counter: true, Help: "number of exceptions"},
	{Key: "failed", Kind: KindNumber, Counter: true, Help: "number of failed requests"},
	{Key: "responses", Kind: KindNumber, Counter: true, Help: "number of answers"},
	{Key: "clicks", Kind: KindNumber, Counter: true, Help: "number of clicks"},
	{Key: "pages", Kind: KindNumber, Counter: true, Help: "number of pages"},
	{Key: "nps", Kind: KindNumber, Help: "lowest NPS answer, 0 to 10"},
	{Key: "csat", Kind: KindNumber, Help: "lowest CSAT answer"},
	{Key: "ces", Kind: KindNumber, Help: "lowest CES answer"},
	{Key: "score", Kind: KindNumber, Help: "lowest answer of any kind"},
	{Key: "lcp", Kind: KindDuration, Help: "time to the largest content: >2.5s"},
	{Key: "inp", Kind: KindDuration, Help: "time to react to input: >200ms"},
	{Key: "fcp", Kind: KindDuration, Help: "time to the first content: >1.8s"},
	{Key: "ttfb", Kind: KindDuration, Help: "time to the first byte: >800ms"},
	{Key: "cls", Kind: KindDecimal, Help: "how much the layout shifted: >0.1"},
	{Key: "duration", Kind: KindDuration, Help: "how long the session is: >5m"},
	{Key: "active", Kind: KindDuration, Help: "how long the person was active"},
	{Key: "started", Kind: KindTime, Help: "when it began: 2026-05-01, today, <2h (less than 2 hours ago)"},
	{Key: "sort", Kind: KindSort, Flags: []string{string(SortNewest), string(SortOldest), string(SortRelevance)},
		Help: "order of the sessions: newest, oldest or relevance"},
}

// hasFlags are what has: takes: what Document.Has knows.
var hasFlags = append([]string{"error", "complaint", "response", "failedRequest", "console", "custom", "user",
	"survey", "tag", "ticket"}, SignalKeys...)

// LiveMs is how long after its last event a session counts as live: the idle time
// after which a session ends.
const LiveMs = 30 * 60 * 1000

var specs = func() map[string]*KeySpec {
	byKey := make(map[string]*KeySpec, len(Keys))
	for i := range Keys {
		byKey[Keys[i].Key] = &Keys[i]
	}
	return byKey
}()

// Spec returns the description of a key, nil if there is none. Every key of a trait has that
// of "trait.NAME".
func Spec(key string) *KeySpec {
	if strings.HasPrefix(key, traitPrefix) {
		key = "trait.NAME"
	}
	return specs[key]
}

const traitPrefix = "trait."

// TraitName returns the name that a key of a trait asks for, folded as FoldValue does: names are
// compared without case.
func TraitName(key string) (name string, ok bool) {
	name, ok = strings.CutPrefix(key, traitPrefix)
	return FoldValue(name), ok
}

// TraitKey writes the key that asks for a trait, as a query has it: trait.plan, and
// trait."first name" where the name needs quotes.
func TraitKey(name string) string {
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !inTraitName(r) }) {
		return traitPrefix + name
	}
	var b strings.Builder
	b.WriteString(traitPrefix)
	printQuoted(&b, name)
	return b.String()
}

// QuoteValue writes a value so that a filter of the key takes it as a whole: in quotes where it
// needs them.
func QuoteValue(key, value string) string {
	v := Value{Text: value}
	if value == "" || strings.ContainsAny(value, "*,") || strings.ContainsFunc(value, breaksValue) ||
		!bareValue(&Field{Key: key, Op: OpIs, Values: []Value{v}}) {
		v.Quote = true
	}
	var b strings.Builder
	printValue(&b, v)
	return b.String()
}

// sentence says what the value of the key is.
func (s *KeySpec) sentence() string {
	if strings.HasSuffix(s.Help, "…") {
		return "It is " + s.Help
	}
	return "It is " + s.Help + "."
}
