//go:build race

package searchtest

// raceShare is which part of the documents the suite takes under the race detector, which makes SQLite in Go ten times
// slower. The tests of the engines also run without it, with all.
const raceShare = 10
