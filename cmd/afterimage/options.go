package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// option is one setting: a flag, and for settings of the config table also an
// environment variable. The flag wins over the variable, the variable over def.
type option struct {
	flag string // without the dashes
	arg  string // what stands for the value in help; empty: a switch
	env  string // empty: none
	def  string
	help string
	// check returns what is wrong with a value in words that go on "--flag value: …".
	check func(string) error
}

// usageError is a command line that cannot be understood: exit status 2.
type usageError struct {
	why  string
	hint string // what to do instead; may be empty
}

func (e *usageError) Error() string { return e.why }

func usagef(format string, args ...any) error { return &usageError{why: fmt.Sprintf(format, args...)} }

// values are the settings of one call.
type values struct {
	of  map[string]string
	set map[string]bool // by flag or variable, not by default
}

func (v values) str(flag string) string { return v.of[flag] }

func (v values) on(flag string) bool { return v.of[flag] == "true" }

// num is the value of an option that isNumber has checked.
func (v values) num(flag string) float64 {
	n, _ := strconv.ParseFloat(v.of[flag], 64)
	return n
}

// duration is the value of an option that isDuration has checked.
func (v values) duration(flag string) time.Duration {
	d, _ := time.ParseDuration(v.of[flag])
	return d
}

// parse reads a command's arguments. Flags may stand before, between and after the
// others, as --flag value, --flag=value or -flag; "--" ends them.
func parse(args []string, options []option, getenv func(string) string) (values, []string, error) {
	v := values{of: map[string]string{}, set: map[string]bool{}}
	known := map[string]*option{}
	for i := range options {
		o := &options[i]
		known[o.flag] = o
		v.of[o.flag] = o.def
		if text := getenv(o.env); o.env != "" && text != "" {
			if err := v.take(o, text, "the variable "+o.env); err != nil {
				return v, nil, err
			}
		}
	}
	var rest []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return v, append(rest, args[i+1:]...), nil
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		name, text, inline := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		o := known[name]
		switch {
		case name == "help" || name == "h":
			return v, nil, errHelp
		case o == nil:
			return v, nil, unknownFlag(name, options)
		case !inline && o.arg == "":
			text = "true"
		case !inline && i+1 == len(args):
			return v, nil, usagef("--%s needs a value: --%s %s", name, name, o.arg)
		case !inline:
			i++
			text = args[i]
		}
		if err := v.take(o, text, "--"+name); err != nil {
			return v, nil, err
		}
	}
	return v, rest, nil
}

// errHelp is returned where help was asked for.
var errHelp = errors.New("help")

func (v values) take(o *option, text, source string) error {
	if o.arg == "" {
		on, err := strconv.ParseBool(text)
		if err != nil {
			return usagef("%s: %q is neither true nor false", source, text)
		}
		text = strconv.FormatBool(on)
	} else if o.check != nil {
		if err := o.check(text); err != nil {
			return usagef("%s: %v", source, err)
		}
	}
	v.of[o.flag], v.set[o.flag] = text, true
	return nil
}

func unknownFlag(name string, options []option) error {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.flag
	}
	e := &usageError{why: "unknown flag --" + name}
	if near := nearest(name, names); near != "" {
		e.hint = "Did you mean --" + near + "?"
	}
	return e
}

// nearest is the name that takes the fewest edits to get to, if that is few.
func nearest(name string, names []string) string {
	best, least := "", len(name)/3+2
	for _, n := range names {
		if d := distance(name, n); d < least || len(name) > 2 && strings.HasPrefix(n, name) && d < least+8 {
			best, least = n, d
		}
	}
	return best
}

// distance is Levenshtein's: single letters inserted, removed or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// The checks that several options use.

func isNumber(least, most float64) func(string) error {
	return func(text string) error {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= least && n <= most) {
			return fmt.Errorf("%q is not a number from %s to %s", text, plainNumber(least), plainNumber(most))
		}
		return nil
	}
}

func isWhole(least, most int64) func(string) error {
	return func(text string) error {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number from %d to %d", text, least, most)
		}
		return nil
	}
}

func plainNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func isDuration(least time.Duration) func(string) error {
	return func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration like 30s or 5m", text)
		}
		if d < least {
			return fmt.Errorf("%s is less than %s", d, least)
		}
		return nil
	}
}

func isOneOf(words ...string) func(string) error {
	return func(text string) error {
		for _, w := range words {
			if text == w {
				return nil
			}
		}
		return fmt.Errorf("%q is not one of %s", text, strings.Join(words, ", "))
	}
}
