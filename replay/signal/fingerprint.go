package signal

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
)

// fingerprint tells faults apart: 16 hex digits of a hash that are the same for the same fault, in every browser as far as that
// can be. It is made of the error's type, of its message without what changes from case to case, and of the place in the
// site's own code: the file and the function of the topmost stack frame that is not a library's, without line, column, host,
// query and build hash.
func fingerprint(e *exceptionData) string {
	kind, message := normalMessage(e.Type, e.Message)
	place := ownFrame(e.Stack)
	if place == "" {
		place = filePath(e.Source)
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + message + "\x00" + place))
	return hex.EncodeToString(sum[:8])
}

// A family is one fault that browsers word differently: those of Chrome, Firefox and Safari.
type family struct {
	wording *regexp.Regexp
	kind    string // the type that it counts as, "" for its own
	message string // may name groups of the wording
}

var families = []family{
	{regexp.MustCompile(`(?i)^(?:cannot (?:read|set) propert(?:y|ies) .*of (undefined|null)\b.*|can't access property .*is (undefined|null)|(undefined|null) is not an object\b.*)$`),
		"TypeError", "$1$2$3 has no properties"},
	{regexp.MustCompile(`(?i)^[^\s"'(]+ is (undefined|null)$`), "TypeError", "$1 has no properties"}, // Firefox
	{regexp.MustCompile(`(?i)^.* is not a (function|constructor)\b.*$`), "TypeError", "not a $1"},
	{regexp.MustCompile(`(?i)^can't find variable: (\S+)$`), "ReferenceError", "$1 is not defined"}, // Safari
	{regexp.MustCompile(`(?i)^(?:failed to fetch|load failed|networkerror when attempting to fetch resource\.?)\b.*$`), "TypeError", "failed to fetch"},
	{regexp.MustCompile(`(?i)^(?:.* is not valid json|unexpected (?:token|end of json|string|number)\b.*json.*|json\.parse: .*|json parse error: .*)$`), "SyntaxError", "not valid JSON"},
	{regexp.MustCompile(`(?i)^(?:too much recursion|maximum call stack size exceeded\.?)$`), "RangeError", "too much recursion"},
}

// What changes in a message from case to case.
var changing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^\s"'<>)]+`), "<url>"},
	{regexp.MustCompile(`"[^"]*"|'[^']*'|` + "`[^`]*`" + `|“[^”]*”|‘[^’]*’`), "<text>"},
	{regexp.MustCompile(`(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b`), "<id>"},
	{regexp.MustCompile(`\b(?:0x)?[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}\b`), "<id>"},
	{regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*`), "<n>"},
	{regexp.MustCompile(`\s+`), " "},
}

// normalMessage returns type and message as the same fault has them each time.
func normalMessage(kind, message string) (normalKind, normal string) {
	message = strings.TrimSpace(message)
	for _, prefix := range []string{"Uncaught ", "(in promise) ", kind + ": "} {
		message = strings.TrimPrefix(message, prefix)
	}
	for i := range families {
		f := &families[i]
		if match := f.wording.FindStringSubmatchIndex(message); match != nil {
			return f.kind, string(f.wording.ExpandString(nil, f.message, message, match))
		}
	}
	for i := range changing {
		message = changing[i].what.ReplaceAllString(message, changing[i].with)
	}
	return kind, strings.TrimRight(strings.TrimSpace(message), ".")
}

// framesMax bounds how many lines of a stack are looked at.
const framesMax = 50

// The lines of stacks: Chrome's "at name (url:line:column)" and "at url:line:column", and Firefox's and Safari's
// "name@url:line:column".
var (
	chromeFrame = regexp.MustCompile(`^\s*at (?:(.*?) )?\(?((?:https?|file|[a-z-]+-extension|webpack(?:-internal)?|app|capacitor)://[^\s()]+?)(?::\d+){0,2}\)?$`)
	otherFrame  = regexp.MustCompile(`^\s*(.*?)@((?:https?|file|[a-z-]+-extension|webpack(?:-internal)?|app|capacitor)://\S+?)(?::\d+){0,2}$`)
)

// library tells files that are nobody's own code, by how they are called where they are not bundled.
var library = regexp.MustCompile(`(?i)/node_modules/|/(?:vendors?|polyfills?|runtime|framework|jquery|react(?:-dom)?|vue|angular|lodash|zone|core-js)(?:[~.@/-][^/]*)?\.m?js$|-extension://`)

// ownFrame returns file and function of the topmost frame of the site's own code; of a library, where there is no other;
// "" where no frame is understood.
func ownFrame(stack string) string {
	first, looked := "", 0
	for line := range strings.Lines(stack) {
		if looked++; looked > framesMax {
			break
		}
		line = strings.TrimRight(line, "\r\n")
		m := chromeFrame.FindStringSubmatch(line)
		if m == nil {
			m = otherFrame.FindStringSubmatch(line)
		}
		if m == nil {
			continue
		}
		frame := filePath(m[2]) + " " + functionName(m[1])
		if !library.MatchString(m[2]) {
			return frame
		}
		if first == "" {
			first = frame
		}
	}
	return first
}

// buildHash is what a bundler puts into the names of files: a part of eight or more letters and digits of which some are
// digits or capitals.
var buildHash = regexp.MustCompile(`[.-][A-Za-z0-9_-]{8,}(\.(?:chunk|bundle|min))?(\.m?js)$`)

// filePath returns the path of a script's address, without what another build calls otherwise.
func filePath(address string) string {
	if u, err := url.Parse(address); err == nil {
		address = u.Path
	}
	return buildHash.ReplaceAllStringFunc(address, func(end string) string {
		hash, ending, _ := strings.Cut(end[1:], ".")
		if !strings.ContainsAny(hash, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			return end
		}
		return "." + ending
	})
}

// functionName returns the name of a frame's function as every browser tells it: without what it belongs to, and nothing where
// it has no name of its own, or one that a minifier gave it.
func functionName(name string) string {
	name = strings.TrimSpace(name)
	for _, prefix := range []string{"async*", "async ", "new ", "promise callback*", "setTimeout handler*", "EventListener.handleEvent*"} {
		name = strings.TrimPrefix(name, prefix)
	}
	name, _, _ = strings.Cut(name, " [as ")
	if strings.HasSuffix(name, "<") || strings.HasSuffix(name, ">") || strings.Contains(name, " ") {
		return "" // without a name: Firefox's "outer/<", Chrome's "Object.<anonymous>", Safari's "global code"
	}
	name = name[strings.LastIndexAny(name, "./")+1:]
	const minifiedMax = 2 // letters
	if len(name) <= minifiedMax || name == "anonymous" {
		return ""
	}
	return strings.TrimPrefix(name, "#")
}
