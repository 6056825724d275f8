package signal

import (
	"encoding/json"
	"math"
	"strconv"
)

// members calls fn for each member of a JSON object, which is valid JSON. Reading the few small members of the most
// frequent events this way takes a fifth of the time that encoding/json takes.
func members(object []byte, fn func(key, value []byte)) {
	i := blank(object, 0)
	if i >= len(object) || object[i] != '{' {
		return
	}
	for i++; i < len(object); i++ {
		if i = blank(object, i); i >= len(object) || object[i] != '"' {
			return
		}
		end := skipValue(object, i)
		key := object[i+1 : max(i+1, end-1)]
		if i = blank(object, end); i >= len(object) || object[i] != ':' {
			return
		}
		i = blank(object, i+1)
		end = skipValue(object, i)
		fn(key, object[i:end])
		if i = blank(object, end); i >= len(object) || object[i] != ',' {
			return
		}
	}
}

// blank returns the index of the first byte from i on that is not white space.
func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index behind the value that begins at i.
func skipValue(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(b))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + 1 + min(depth, 0)
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// numberOf returns a JSON number, 0 for anything else.
func numberOf(value []byte) float64 {
	whole, start := 0, 0
	if len(value) > 0 && value[0] == '-' {
		start = 1
	}
	const digitsMax = 15 // which a float64 holds
	for i := start; i < len(value); i++ {
		c := value[i]
		if c < '0' || c > '9' || i-start >= digitsMax {
			return parseFloat(value)
		}
		whole = whole*10 + int(c-'0')
	}
	if start == 1 {
		whole = -whole
	}
	return float64(whole)
}

// idOf returns the id of a node.
func idOf(value []byte) int {
	const most = 1 << 53 // the largest number that JavaScript counts to
	return int(max(-most, min(most, numberOf(value))))
}

func parseFloat(b []byte) float64 {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0
	}
	return v
}

// textOf returns a JSON string, "" for anything else.
func textOf(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	for _, c := range value {
		if c == '\\' {
			var s string
			if json.Unmarshal(value, &s) != nil {
				return ""
			}
			return s
		}
	}
	return string(value[1 : len(value)-1])
}

// whole rounds a coordinate, which on a screen with a zoom is a fraction, or a time.
func whole(v float64) int {
	const most = 1 << 24 // px, or four hours in ms
	if math.IsNaN(v) {
		return 0
	}
	return int(math.Round(max(-most, min(most, v))))
}

// positions calls fn for each place in the data of a mouse move event, in the order they stand there. These are
// the most frequent events of all: it goes through them once and looks at nothing else.
func positions(data []byte, fn func(x, y int, offset int64)) {
	var x, y, offset float64
	const inPlace = 3 // levels: the data, its list of places, a place
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			if depth++; depth == inPlace {
				x, y, offset = 0, 0, 0
			}
		case '}', ']':
			if depth == inPlace && data[i] == '}' {
				fn(whole(x), whole(y), int64(whole(offset)))
			}
			depth--
		case '"':
			end := skipValue(data, i)
			key := data[i+1 : max(i+1, end-1)]
			i = end - 1
			if depth != inPlace {
				continue
			}
			switch string(key) {
			case "x":
				x, i = numberAfter(data, end)
			case "y":
				y, i = numberAfter(data, end)
			case "timeOffset":
				offset, i = numberAfter(data, end)
			}
		}
	}
}

// numberAfter reads the number behind a key, and returns the index of its last byte.
func numberAfter(data []byte, i int) (v float64, last int) {
	if i = blank(data, i); i < len(data) && data[i] == ':' {
		i = blank(data, i+1)
	}
	start := i
	for i < len(data) && (data[i] >= '0' && data[i] <= '9' || data[i] == '-' || data[i] == '.' || data[i]|0x20 == 'e' || data[i] == '+') {
		i++
	}
	return numberOf(data[start:i]), i - 1
}
