package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/afterimage/afterimage/internal/importer"
)

// pauseMs lies between two recordings in a long session.
const pauseMs = 1_000

// Length says where a long session ends: once it has so many bytes of raw JSON, and lasts so long.
type Length struct {
	Name  string
	Bytes int64
	Ms    int64
}

// movable is an event whose timestamp can be set.
type movable struct {
	importer.Event
	from, to int // where the timestamp stands in Raw
}

// long makes long sessions out of recordings, one after another, again and again. Each repetition shows other
// texts: on a site, too, pages share what is around the text, and a session that repeats itself would be
// smaller than any real one.
type long struct {
	recordings [][]movable
	first      []int64 // lowest timestamp
	last       []int64
}

func newLong(recordings []Recording) (*long, error) {
	l := &long{}
	for i := range recordings {
		events := make([]movable, len(recordings[i].Events))
		first, last := recordings[i].Events[0].At, recordings[i].Events[0].At
		for j, e := range recordings[i].Events {
			from, to, err := timestampIn(e.Raw)
			if err != nil {
				return nil, fmt.Errorf("%s, event %d: %w", recordings[i].Name, j+1, err)
			}
			events[j] = movable{e, from, to}
			first, last = min(first, e.At), max(last, e.At)
		}
		l.recordings, l.first, l.last = append(l.recordings, events), append(l.first, first), append(l.last, last)
	}
	return l, nil
}

// give gives the events of a session of a length to sink, the first one at start.
func (l *long) give(start int64, length Length, sink importer.Sink) error {
	at, size := start, int64(0)
	var raw []byte
	for round := 0; ; round++ {
		letters := shuffledLetters(uint64(round))
		for i, events := range l.recordings {
			for _, e := range events {
				now := at + e.At - l.first[i]
				if size >= length.Bytes && now-start >= length.Ms {
					return nil
				}
				raw = strconv.AppendInt(append(raw[:0], e.Raw[:e.from]...), now, 10)
				raw = append(raw, e.Raw[e.to:]...)
				if round > 0 {
					otherTexts(raw, letters)
				}
				size += int64(len(raw))
				if err := sink(importer.Event{Raw: raw, Type: e.Type, At: now}); err != nil {
					return err
				}
			}
			at += l.last[i] - l.first[i] + pauseMs
		}
	}
}

// timestampIn finds an event's timestamp.
func timestampIn(raw []byte) (from, to int, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return 0, 0, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, 0, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return 0, 0, err
		}
		if key == "timestamp" {
			to = int(d.InputOffset())
			return to - len(value), to, nil
		}
	}
	return 0, 0, fmt.Errorf("it has no timestamp")
}

// textMembers are where rrweb keeps the texts of a page.
var textMembers = [][]byte{[]byte(`"textContent":"`), []byte(`"value":"`)}

// otherTexts replaces the texts of an event by others of the same length, in place. Style sheets, which are
// texts too, stay as they are.
func otherTexts(raw []byte, letters *[256]byte) {
	for _, member := range textMembers {
		for at := 0; ; {
			next := bytes.Index(raw[at:], member)
			if next < 0 {
				break
			}
			at += next + len(member)
			text := raw[at : at+endOfText(raw[at:])]
			at += len(text)
			if !bytes.ContainsAny(text, "{}") {
				replaceLetters(text, letters)
			}
		}
	}
}

// endOfText returns where a JSON string ends.
func endOfText(raw []byte) int {
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(raw)
}

// Hangul syllables, which are replaced by others; each takes three bytes.
const (
	hangulFirst = 0xac00
	hangulCount = 11172
)

func replaceLetters(text []byte, letters *[256]byte) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text) && text[i+1] == 'u':
			i += 5
		case c == '\\':
			i++
		case c < utf8.RuneSelf:
			text[i] = letters[c]
		default:
			r, size := utf8.DecodeRune(text[i:])
			if r >= hangulFirst && r < hangulFirst+hangulCount {
				r = hangulFirst + (r-hangulFirst+rune(letters['a'])*101+rune(letters['b']))%hangulCount
				utf8.EncodeRune(text[i:], r)
			}
			i += size - 1
		}
	}
}

// shuffledLetters maps letters to letters and digits to digits, for each round in another way.
func shuffledLetters(round uint64) *[256]byte {
	rng := mathrand.New(mathrand.NewPCG(round, 0x6c6f6e67))
	var to [256]byte
	for i := range to {
		to[i] = byte(i)
	}
	for _, alphabet := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		shuffled := slices.Clone([]byte(alphabet))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for i := range shuffled {
			to[alphabet[i]] = shuffled[i]
		}
	}
	return &to
}
