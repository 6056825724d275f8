package search

import (
	"slices"
	"strings"
)

// otherNames are keys of other tools and other words for ours, with what they are called here. They
// only make a better hint.
var otherNames = map[string]string{
	"user.email": "email", "mail": "email", "user.id": "user", "userid": "user", "person": "user", "username": "user",
	"message": "error", "exception": "error", "error.message": "error", "error.value": "error", "type": "error.type", "exception.type": "error.type",
	"event": "custom", "log": "console", "logs": "console", "http.status": "status", "status_code": "status", "network": "request", "xhr": "request",
	"path": "url", "href": "url", "address": "url", "visited": "url", "referer": "referrer", "utm": "referrer",
	"version": "release", "build": "release", "platform": "os", "os.name": "os", "browser.name": "browser", "device.type": "device", "geo.country": "country", "lang": "language", "locale": "language",
	"label": "tag", "labels": "tag", "issue": "ticket", "feedback": "response", "comment": "response", "answer": "response", "rating": "score",
	"rageclick": "rage", "rage_click": "rage", "rageclicks": "rage", "deadclick": "dead", "dead_click": "dead", "deadclicks": "dead",
	"length": "duration", "date": "started", "time": "started", "timestamp": "started", "age": "started", "created": "started", "before": "started", "after": "started",
	"order": "sort", "orderby": "sort", "session": "id", "session.id": "id",
	"trait": "trait.NAME", "traits": "trait.NAME", "property": "trait.NAME", "properties": "trait.NAME",
}

// nearestKey returns the key that a person most likely meant with one that there is not, empty if
// none is near.
func nearestKey(key string) string {
	if name, ok := otherNames[key]; ok {
		return name
	}
	if first, name, ok := strings.Cut(key, "."); ok && name != "" && nearest(first, []string{"trait", "traits", "property", "properties"}) != "" {
		return TraitKey(name)
	}
	names := make([]string, len(Keys))
	for i := range Keys {
		names[i] = Keys[i].Key
	}
	return nearest(key, slices.DeleteFunc(names, func(name string) bool { return name == "trait.NAME" }))
}

// nearest returns the name that a person most likely meant, empty if none is near: at
// most two edits, and fewer than the name has letters, or one begins with the other.
func nearest(word string, names []string) string {
	best, bestDistance := "", 3
	for _, name := range names {
		d := distance(strings.ToLower(word), strings.ToLower(name))
		if d < bestDistance && d < len(name)-1 {
			best, bestDistance = name, d
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		if len(word) >= 2 && (strings.HasPrefix(name, word) || strings.HasPrefix(word, name)) {
			return name
		}
	}
	return ""
}

// distance is the number of edits (insert, delete, replace, swap neighbours) between words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
