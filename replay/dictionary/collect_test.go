package dictionary

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestRunsGoOn: what repeats within a page is copied again so that the run goes on, but not more of it than
// is worth it, not into another session's content, and not beyond the room.
func TestRunsGoOn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	text := map[rune]string{}
	for _, name := range "abcxyz" {
		text[name] = word(r, lower, 100)
	}
	text['?'] = word(r, lower, 100) // not chosen
	text['L'] = word(r, lower, bridgeBytesMax+1)
	for _, test := range []struct {
		sessions []string
		room     int
		want     string
		runs     int
	}{
		{[]string{"abcx"}, 9999, "abcx", 1},
		{[]string{"axbxc"}, 9999, "axbxc", 1},
		{[]string{"axxxb"}, 9999, "axxxb", 1},
		{[]string{"axx"}, 9999, "ax", 1},
		{[]string{"ax?b"}, 9999, "axb", 2},
		{[]string{"axx?b"}, 9999, "axb", 2},
		{[]string{"LaLb"}, 9999, "Lab", 2},
		{[]string{"ax", "xb"}, 9999, "bax", 2},
		{[]string{"axx", "b"}, 9999, "bax", 2},
		{[]string{"axbxc"}, 400, "axbc", 2},
		{[]string{"axbxcy"}, 350, "axb", 1},
	} {
		chosen := map[digest]bool{}
		for name, s := range text {
			if name != '?' {
				chosen[digestOf([]byte(s))] = true
			}
		}
		c := newCollector(chosen, test.room)
		for _, names := range test.sessions {
			c.session(Session{})
			for _, name := range names {
				c.add([]byte(text[name]))
			}
		}
		got := string(c.dictionary())
		for name, s := range text {
			got = strings.ReplaceAll(got, s, string(name))
		}
		if got != test.want || c.runs != test.runs {
			t.Errorf("%q with room for %d gave %q in %d runs, want %q in %d", test.sessions, test.room, got, c.runs, test.want, test.runs)
		}
	}
}

// TestNumbersDoNotHideWhatIsCommon: a page that all sessions have, with the same ids in the five oldest ones alone, comes before one that half
// of the sessions have.
func TestNumbersDoNotHideWhatIsCommon(t *testing.T) {
	half := page(9, 60, 10)
	var visits []visit
	for i := range 20 {
		v := visit{id: fmt.Sprint(i), events: []string{page(8, 60, 1000+200*max(0, i-4))}}
		if i >= 10 {
			v.events = append(v.events, half)
		}
		visits = append(visits, v)
	}
	learned, _ := learn(t, Rules{SizeBytes: len(page(8, 60, 1000))}, visits)
	if n := len(regexp.MustCompile(`"id":1[01]\d\d`).FindAll(learned, -1)); n < 100 {
		t.Errorf("%d bytes were learned, with %d of the 120 ids of the page that all have", len(learned), n)
	}
}
