package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func packed(t *testing.T, how, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if how == "zst" {
		var err error
		if w, err = zstd.NewWriter(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestImportThenExportGivesTheSameBytes(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		dir := t.TempDir()
		events := recording(1_700_000_000_000, 60, "same")
		for name, text := range map[string]string{
			"a.json":      array(events),
			"b.ndjson":    strings.Join(events, "\n") + "\n",
			"c.json.gz":   packed(t, "gz", array(events)),
			"d.jsonl.zst": packed(t, "zst", strings.Join(events, "\n")),
		} {
			got := p.imported(writeFile(t, filepath.Join(dir, name), text))
			if len(got) != 1 || got[0].Events != int64(len(events)) || got[0].File != filepath.Join(dir, name) {
				t.Fatalf("%s: import printed %+v", name, got)
			}
			p.exports(got[0].Session, events)
		}
		stdin := p.command("import", "--json", "-")
		stdin.Stdin = strings.NewReader(array(events))
		out := execute(t, stdin)
		p.exports(sessionLines(t, out.stdout)[0].Session, events)

		sealed := p.imported(filepath.Join(dir, "a.json"))[0].Session
		p.do("seal", "--all")
		p.exports(sealed, events)
		var u struct {
			Projects []projectUsage `json:"projects"`
		}
		if err := json.Unmarshal([]byte(p.do("usage", "--json")), &u); err != nil {
			t.Fatal(err)
		}
		if got := u.Projects[0]; got.Sessions != 6 || got.SealedBytes == 0 || got.PackBytes != 0 || got.RawBytes == 0 {
			t.Errorf("usage after sealing all: %+v", got)
		}
		p.do("verify")
	})
}

func TestImportOfAFolderGoesOnAfterABrokenFile(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	dir := t.TempDir()
	first, last := recording(1_700_000_000_000, 8, "first"), recording(1_700_000_100_000, 8, "last")
	writeFile(t, filepath.Join(dir, "a.json"), array(first))
	// The first part of this one is stored before the break is met.
	writeFile(t, filepath.Join(dir, "b.json"), strings.TrimSuffix(array(recording(1_700_000_050_000, 200, "broken")), `}]`))
	writeFile(t, filepath.Join(dir, "sub", "c.json"), array(last))
	out := p.fails(1, "b.json: line 1, column ", "import", "--json", "--user", "u-1", dir)
	if !strings.Contains(out.stderr, "the file ends inside event 202") || !strings.Contains(out.stderr, "1 of 3 files were not imported") {
		t.Errorf("said: %s", out.stderr)
	}
	got := sessionLines(t, out.stdout)
	if len(got) != 2 {
		t.Fatalf("imported %+v", got)
	}
	p.exports(got[0].Session, first)
	p.exports(got[1].Session, last)
	var v verdict
	if err := json.Unmarshal([]byte(p.do("verify", "--json")), &v); err != nil || v.Sessions != 2 || !v.OK {
		t.Errorf("nothing of the broken file should be left: %+v, %v", v, err)
	}
}

func TestWindowsBecomeTabsThatExportMergesByTime(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	one, two := recording(1_700_000_000_000, 20, "one"), recording(1_700_000_000_100, 20, "two")
	var lines []string
	for i := range one {
		lines = append(lines, `["w1",`+one[i]+`]`, `["w2",`+two[i]+`]`)
	}
	session := p.imported(writeFile(t, filepath.Join(t.TempDir(), "posthog.jsonl"), strings.Join(lines, "\n")))[0].Session
	var events []struct{ Timestamp float64 }
	if err := json.Unmarshal([]byte(p.do("export", session)), &events); err != nil || len(events) != len(one)+len(two) {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for i := 1; i < len(events); i++ {
		if events[i].Timestamp < events[i-1].Timestamp {
			t.Fatalf("event %d lies before the one before it", i)
		}
	}
}

func TestVerifySeesAFlippedBit(t *testing.T) {
	for _, sealed := range []bool{false, true} {
		t.Run(map[bool]string{false: "in a pack", true: "in a sealed session"}[sealed], func(t *testing.T) {
			t.Parallel()
			p := embedded(t)
			p.imported(writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(recording(1_700_000_000_000, 400, "bit"))))
			if sealed {
				p.do("seal", "--all")
			}
			p.do("verify")
			object := largestObject(t, p.folder)
			good, err := os.ReadFile(object)
			if err != nil {
				t.Fatal(err)
			}
			bad := bytes.Clone(good)
			bad[len(bad)/2] ^= 1
			writeFile(t, object, string(bad))
			out := p.fails(1, "", "verify", "--json")
			var v verdict
			if err := json.Unmarshal([]byte(out.stdout), &v); err != nil || v.OK || len(v.Damaged) == 0 {
				t.Fatalf("verify printed %s: %v", out.stdout, err)
			}
			if want := filepath.Base(object); filepath.Base(v.Damaged[0].Object) != want || v.Damaged[0].Session == "" || v.Damaged[0].Why == "" {
				t.Errorf("damage: %+v, in %s", v.Damaged[0], want)
			}
			writeFile(t, object, string(good))
			p.do("verify")
		})
	}
}

func largestObject(t *testing.T, folder string) string {
	t.Helper()
	largest, size := "", int64(0)
	err := filepath.WalkDir(filepath.Join(folder, objectsFolder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > size {
			largest, size = path, info.Size()
		}
		return err
	})
	if err != nil || largest == "" {
		t.Fatalf("no object: %v", err)
	}
	return largest
}

func TestVerifySeesAnIndexThatDiffers(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	file := writeFile(t, filepath.Join(t.TempDir(), "r.json"), array(recording(1_700_000_000_000, 8, "x")))
	p.imported(file)
	old, err := os.ReadFile(filepath.Join(p.folder, searchFile))
	if err != nil {
		t.Fatal(err)
	}
	session := p.imported(file)[0].Session
	writeFile(t, filepath.Join(p.folder, searchFile), string(old))
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(filepath.Join(p.folder, searchFile+suffix)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	out := p.fails(1, "", "verify", "--json")
	if !strings.Contains(out.stdout, session) || !strings.Contains(out.stdout, "not in the index") {
		t.Errorf("verify printed %s", out.stdout)
	}
	p.do("reindex")
	p.do("verify")
	// An index that is gone altogether is made again by the next command.
	if err := os.Remove(filepath.Join(p.folder, searchFile)); err != nil {
		t.Fatal(err)
	}
	p.do("verify")
}

func TestEraseLeavesNothingOnDisk(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	const canary = "canary8471946"
	events := append(recording(1_700_000_000_000, 40, canary),
		`{"type":5,"timestamp":1700000060000,"data":{"tag":"afterimage.error","payload":{"kind":"error","type":"TypeError","message":"`+canary+` is not a function"}}}`,
		`{"type":5,"timestamp":1700000060001,"data":{"tag":"afterimage.page","payload":{"url":"https://shop.example/`+canary+`","title":"`+canary+`"}}}`,
		`{"type":5,"timestamp":1700000060002,"data":{"tag":"afterimage.track","payload":{"name":"`+canary+`"}}}`)
	dir := t.TempDir()
	gone := p.imported("--user", canary, writeFile(t, filepath.Join(dir, "gone.json"), array(events)))[0].Session
	other := recording(1_700_000_200_000, 40, "stays")
	stays := p.imported(writeFile(t, filepath.Join(dir, "stays.json"), array(other)))[0].Session
	if len(filesHolding(t, p.folder, canary)) == 0 {
		t.Fatal("the database does not hold the text before: this test would not see it stay")
	}
	p.do("erase", gone)
	if left := filesHolding(t, p.folder, canary); len(left) > 0 {
		t.Errorf("erased text is left in %v", left)
	}
	// Its id is in the tombstone and, until the pack goes, in a record's header.
	for _, path := range filesHolding(t, p.folder, gone) {
		if strings.HasPrefix(filepath.Base(path), searchFile) {
			t.Errorf("the erased session's id is left in the search index")
		}
	}
	p.fails(1, "was erased", "export", gone)
	p.do("erase", gone) // once more is no error
	p.fails(1, "there is no such session", "erase", "0192f3a0-7c4e-7b1a-9d3e-2f6c8a51b7d4")
	p.exports(stays, other)
	p.do("verify")
}

// filesHolding names the files below a folder that hold a text, as it is.
func filesHolding(t *testing.T, folder, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
