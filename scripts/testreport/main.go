// Command testreport reads what `go test -json` writes and prints it for people: the result of
// each package, all output of tests that failed, and at the end which tests were skipped
// and why. It exits with 1 if anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	ok, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// id names a test, or with no Test its package.
type id struct{ pkg, test string }

// reporter holds what has been read.
type reporter struct {
	w      io.Writer
	output map[id][]string // of tests that still run
	// reasons has the names of skipped tests by why they were.
	reasons                 map[string][]string
	passed, failed, skipped int
	failures                []string // names, and packages that failed by themselves
}

// lineBytesMax: a test may print a long line, and JSON makes it longer.
const lineBytesMax = 16 << 20

// report writes to w what r says, and whether all passed. Nothing at all is not a pass.
func report(r io.Reader, w io.Writer) (ok bool, err error) {
	p := &reporter{w: w, output: map[id][]string{}, reasons: map[string][]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineBytesMax)
	packages := 0
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			p.print(lines.Text() + "\n") // not JSON: a message of the go command itself
			continue
		}
		if e.Test == "" && (e.Action == "pass" || e.Action == "skip" || e.Action == "fail") {
			packages++
		}
		p.take(e)
	}
	if err := lines.Err(); err != nil {
		return false, err
	}
	p.summary()
	return len(p.failures) == 0 && packages > 0, nil
}

func (p *reporter) take(e event) {
	key := id{e.Package, e.Test}
	switch e.Action {
	case "output":
		if e.Test == "" {
			p.packageOutput(e.Output)
		} else {
			p.output[key] = append(p.output[key], e.Output)
		}
	case "build-output":
		p.print(e.Output)
	case "pass":
		if e.Test != "" {
			p.passed++
		}
		delete(p.output, key)
	case "skip":
		if e.Test != "" {
			p.skipped++
			why := reason(p.output[key])
			p.reasons[why] = append(p.reasons[why], e.Package+"."+e.Test)
		}
		delete(p.output, key)
	case "fail":
		p.failures = append(p.failures, strings.TrimSuffix(e.Package+"."+e.Test, "."))
		if e.Test != "" {
			p.failed++
			p.print(strings.Join(p.output[key], ""))
		} else {
			p.unfinished(e.Package)
		}
		delete(p.output, key)
	}
}

// packageOutput prints all that a package says for itself but what its result says again.
func (p *reporter) packageOutput(line string) {
	if line != "PASS\n" && line != "FAIL\n" {
		p.print(line)
	}
}

// unfinished prints what tests wrote that a panic or a time-out ended.
func (p *reporter) unfinished(pkg string) {
	for key, lines := range p.output {
		if key.pkg == pkg {
			p.print(strings.Join(lines, ""))
			delete(p.output, key)
		}
	}
}

// reason is what a test said when it skipped: its own output without the frame of go test.
func reason(lines []string) string {
	var said []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		// "file.go:12: why"
		if _, why, found := strings.Cut(line, ": "); found && strings.Contains(line, ".go:") {
			line = why
		}
		said = append(said, line)
	}
	if len(said) == 0 {
		return "(it gave no reason)"
	}
	return strings.Join(said, " ")
}

func (p *reporter) summary() {
	p.print(fmt.Sprintf("\n%d tests passed, %d failed, %d skipped\n", p.passed, p.failed, p.skipped))
	reasons := make([]string, 0, len(p.reasons))
	for why := range p.reasons {
		reasons = append(reasons, why)
	}
	slices.Sort(reasons)
	for _, why := range reasons {
		p.print("skipped: " + why + "\n")
		for _, name := range p.reasons[why] {
			p.print("  " + name + "\n")
		}
	}
	for _, name := range p.failures {
		p.print("FAILED: " + name + "\n")
	}
}

// print writes text; where the reader of a report has gone there is nobody to tell.
func (p *reporter) print(text string) { _, _ = io.WriteString(p.w, text) }
