package main

import (
	"strings"
	"testing"
)

func run(t *testing.T, lines ...string) (string, bool) {
	t.Helper()
	var out strings.Builder
	ok, err := report(strings.NewReader(strings.Join(lines, "\n")), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), ok
}

func TestReport(t *testing.T) {
	out, ok := run(t,
		`{"Action":"start","Package":"m/a"}`,
		`{"Action":"output","Package":"m/a","Test":"TestGood","Output":"chatter\n"}`,
		`{"Action":"pass","Package":"m/a","Test":"TestGood"}`,
		`{"Action":"output","Package":"m/a","Test":"TestMeili","Output":"=== RUN   TestMeili\n"}`,
		`{"Action":"output","Package":"m/a","Test":"TestMeili","Output":"    a_test.go:7: MEILI_URL is not set: start one\n"}`,
		`{"Action":"output","Package":"m/a","Test":"TestMeili","Output":"--- SKIP: TestMeili (0.00s)\n"}`,
		`{"Action":"skip","Package":"m/a","Test":"TestMeili"}`,
		`{"Action":"output","Package":"m/a","Output":"PASS\n"}`,
		`{"Action":"output","Package":"m/a","Output":"ok  \tm/a\t0.1s\n"}`,
		`{"Action":"pass","Package":"m/a"}`,
	)
	if !ok {
		t.Error("a run without failures is reported as failed")
	}
	for _, want := range []string{
		"ok  \tm/a\t0.1s\n", "1 tests passed, 0 failed, 1 skipped", "skipped: MEILI_URL is not set: start one\n  m/a.TestMeili\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "chatter") {
		t.Errorf("output of a test that passed is shown:\n%s", out)
	}
}

func TestReportFailures(t *testing.T) {
	for name, lines := range map[string][]string{
		"a failed test": {
			`{"Action":"output","Package":"m/a","Test":"TestBad","Output":"why it failed\n"}`,
			`{"Action":"fail","Package":"m/a","Test":"TestBad"}`,
			`{"Action":"fail","Package":"m/a"}`,
		},
		"a panic": {
			`{"Action":"output","Package":"m/a","Test":"TestBad","Output":"why it failed\n"}`,
			`{"Action":"fail","Package":"m/a"}`,
		},
		"a build": {
			`{"ImportPath":"m/a","Action":"build-output","Output":"why it failed\n"}`,
			`{"Action":"fail","Package":"m/a"}`,
		},
		"no test at all": {`why it failed`},
	} {
		out, ok := run(t, lines...)
		if ok || !strings.Contains(out, "why it failed") {
			t.Errorf("%s: ok %v, output:\n%s", name, ok, out)
		}
	}
}
