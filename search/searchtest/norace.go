//go:build !race

package searchtest

const raceShare = 1
