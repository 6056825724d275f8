package dictionary

import "time"

// State is what a project has, as far as it decides whether to learn.
type State struct {
	Sessions int // ended ones that could be learned from now
	// Age is how long ago the project last learned, LearnedFrom from how many sessions; both are 0 where it never did.
	Age         time.Duration
	LearnedFrom int
	Bytes       int64 // what the dictionary in use takes in the store; 0 where there is none, as the sessions shared too little

	// How small sessions were when the dictionary was new: the raw bytes of the first ones sealed with it, and what they took; 0 where
	// that is not known.
	RawThen, SealedThen int64
	// The same of the newest ones sealed with it, of up to some weeks, so that what a small site loses adds up.
	RawNow, SealedNow int64
}

// Due reports whether learning pays: the project never learned and has sessions enough; or its dictionary was made from few
// sessions and there are many more now; or, at most once a day, sessions have become so much larger than when the dictionary was
// new, as the site has changed, that what was lost since would have paid for another.
func (s State) Due(rules Rules) bool {
	if s.LearnedFrom == 0 {
		return s.Sessions >= rules.orDefaults().MinSessions
	}
	if s.Age >= growAfter && s.LearnedFrom < growSessionsMax && s.Sessions >= growFactor*s.LearnedFrom {
		return true
	}
	if s.Age < relearnAfter {
		return false
	}
	if s.Bytes == 0 {
		return s.Sessions > s.LearnedFrom
	}
	if s.RawThen <= 0 || s.SealedThen <= 0 || s.RawNow <= 0 {
		return false
	}
	expected := float64(s.RawNow) * float64(s.SealedThen) / float64(s.RawThen)
	lost := float64(s.SealedNow) - expected
	return float64(s.SealedNow) >= worseFactor*expected && lost >= float64(s.Bytes)
}
