package signal

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/demo.txt anew")

// TestDemo: what is found in the demo's recordings, in which people click on what does not work.
func TestDemo(t *testing.T) {
	const file = "testdata/demo.txt"
	var got bytes.Buffer
	for _, r := range demoRecordings(t) {
		facts := r.facts(t, nil)
		r.ask(facts, true)
		fmt.Fprintf(&got, "== %s\n", r.name)
		for _, m := range Detect(facts, true, r.element) {
			fmt.Fprintf(&got, "%d %s %q %q %s\n", m.At, m.Kind, m.Label, m.Selector, m.Data)
		}
		for _, v := range Visits(facts) {
			fmt.Fprintln(&got, "visit", v.At, v.URL, v.DurationMs, v.Vitals)
		}
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the demo's recordings give something else than %s (go test -update writes it anew):\n%s", file, differ(got.String(), string(want)))
	}
}
