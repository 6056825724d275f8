package search

import "strings"

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
