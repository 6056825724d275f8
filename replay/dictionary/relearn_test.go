package dictionary

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	const mb = 1 << 20
	grown := State{Sessions: 500, Age: 25 * time.Hour, LearnedFrom: 200, Bytes: 2 * mb,
		RawThen: 100 * mb, SealedThen: 2 * mb, RawNow: 300 * mb, SealedNow: 9 * mb}
	with := func(change func(*State)) State {
		s := grown
		change(&s)
		return s
	}
	for name, test := range map[string]struct {
		state State
		want  bool
	}{
		"never, too few sessions":                  {State{Sessions: 4}, false},
		"never, enough":                            {State{Sessions: 5}, true},
		"the site has changed":                     {grown, true},
		"less than a day ago":                      {with(func(s *State) { s.Age = 23 * time.Hour }), false},
		"as small as ever":                         {with(func(s *State) { s.SealedNow = 6 * mb }), false},
		"somewhat larger":                          {with(func(s *State) { s.SealedNow = 6*mb + mb/2; s.Bytes = 1 }), false},
		"not enough lost to pay":                   {with(func(s *State) { s.Bytes = 4 * mb }), false},
		"not known how small they were":            {with(func(s *State) { s.RawThen, s.SealedThen = 0, 0 }), false},
		"nothing sealed since":                     {with(func(s *State) { s.RawNow, s.SealedNow = 0, 0 }), false},
		"made of few, many now":                    {State{Sessions: 20, Age: 2 * time.Hour, LearnedFrom: 5, Bytes: mb}, true},
		"made of few, some more now":               {State{Sessions: 19, Age: 2 * time.Hour, LearnedFrom: 5, Bytes: mb}, false},
		"made of few a moment ago":                 {State{Sessions: 20, Age: time.Minute, LearnedFrom: 5, Bytes: mb}, false},
		"made of many, many more now":              {State{Sessions: 5000, Age: 2 * time.Hour, LearnedFrom: 100, Bytes: mb}, false},
		"came to nothing less than a day ago":      {State{Sessions: 150, Age: 2 * time.Hour, LearnedFrom: 100}, false},
		"came to nothing yesterday":                {State{Sessions: 150, Age: 24 * time.Hour, LearnedFrom: 100}, true},
		"came to nothing of few, many now":         {State{Sessions: 20, Age: 2 * time.Hour, LearnedFrom: 5}, true},
		"came to nothing yesterday, same sessions": {State{Sessions: 5, Age: 24 * time.Hour, LearnedFrom: 5}, false},
	} {
		if got := test.state.Due(Rules{}); got != test.want {
			t.Errorf("%s: due %v, want %v", name, got, test.want)
		}
	}
}
