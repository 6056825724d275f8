package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/bench"
)

// bare runs a command without any stores named.
func bare(t *testing.T, args ...string) outcome {
	t.Helper()
	c := (&place{t: t}).command(args...)
	c.Dir = t.TempDir()
	out := execute(t, c)
	if left, err := os.ReadDir(c.Dir); err != nil || len(left) > 0 {
		t.Errorf("%v leaves %v behind, %v", args, left, err)
	}
	return out
}

func TestBenchSealMeasuresRecordings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a.json"), array(recording(1_700_000_000_000, 60, "a")))
	writeFile(t, filepath.Join(dir, "b.ndjson"), strings.Join(recording(1_700_000_000_000, 60, "b"), "\n"))
	out := bare(t, "bench", "seal", "--json", "--repeat", "1", dir)
	var report bench.SealReport
	if err := json.Unmarshal([]byte(out.stdout), &report); err != nil || out.code != 0 {
		t.Fatalf("exit %d, %v: %s%s", out.code, err, out.stdout, out.stderr)
	}
	if len(report.Recordings) != 2 || report.Total.Usual.Bytes == 0 || report.Total.Hasty.Ratio == 0 || report.WholeBy == "" {
		t.Errorf("%+v", report)
	}
	text := bare(t, "bench", "seal", "--repeat", "1", filepath.Join(dir, "a.json"))
	if text.code != 0 || !strings.Contains(text.stdout, "a.json") || !strings.Contains(text.stdout, "MB/s") {
		t.Errorf("exit %d: %s%s", text.code, text.stdout, text.stderr)
	}
	if out := bare(t, "bench", "seal", "--learn", "2", dir); out.code != 1 || !strings.Contains(out.stderr, "none is left to measure") {
		t.Errorf("exit %d: %s", out.code, out.stderr)
	}
	if out := bare(t, "bench", "seal", "--learn", "some", dir); out.code != exitUsage {
		t.Errorf("exit %d: %s", out.code, out.stderr)
	}
}

func TestBenchPlayMeasuresAndKeepsSessions(t *testing.T) {
	t.Parallel()
	file := writeFile(t, filepath.Join(t.TempDir(), "a.json"), array(recording(1_700_000_000_000, 60, "a")))
	keep := filepath.Join(t.TempDir(), "kept")
	out := bare(t, "bench", "play", "--json", "--sizes", "0.1,0.3", "--keep", keep, file)
	var played []bench.Played
	if err := json.Unmarshal([]byte(out.stdout), &played); err != nil || out.code != 0 {
		t.Fatalf("exit %d, %v: %s%s", out.code, err, out.stdout, out.stderr)
	}
	if len(played) != 3 || played[0].Name != "hour" || played[0].Seconds < 3590 || played[1].Name != "0.1MB" || played[2].RawBytes < 300_000 {
		t.Fatalf("%+v", played)
	}
	for _, p := range played {
		if p.Start.ServerMs <= 0 || p.Late.Reads < 1 || p.Late.Bytes <= 0 || p.Late.Bytes > p.ObjectBytes || p.MemoryBytes < 1<<20 || p.Faster <= 0 {
			t.Errorf("%+v", p)
		}
		if _, err := os.Stat(filepath.Join(keep, p.Name+".json.gz")); err != nil {
			t.Error(err)
		}
	}
	if out := bare(t, "bench", "play", "--keep", keep, file); out.code != 1 || !strings.Contains(out.stderr, "is not empty") {
		t.Errorf("exit %d: %s", out.code, out.stderr)
	}
}
