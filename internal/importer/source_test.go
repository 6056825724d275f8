package importer

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newPeek(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFindTakesFoldersInOrderAndJoinsSegments(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/b.json", "["+e1+"]")
	write(t, dir+"/a.ndjson.gz", gz(e1))
	write(t, dir+"/notes.txt", "not one")
	write(t, dir+"/.hidden.json", "not one")
	write(t, dir+"/.git/x.json", "not one")
	write(t, dir+"/replay/2", `{"segment_id":2}`+"\n"+zl("["+e3+"]"))
	write(t, dir+"/replay/10", `{"segment_id":10}`+"\n["+e1+"]")
	write(t, dir+"/replay/0", `{"segment_id":0}`+"\n"+"["+e1+","+e2+"]")
	write(t, dir+"/mixed/0", `{"segment_id":0}`+"\n["+e1+"]")
	write(t, dir+"/mixed/1.json", "["+e2+"]")
	sources, skipped, err := Find([]string{dir + "/b.json", dir, Stdin})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		line := strings.TrimPrefix(s.Name, dir)
		for _, p := range s.Paths {
			line += " " + strings.TrimPrefix(p, dir)
		}
		got = append(got, line)
	}
	want := []string{
		"/b.json /b.json", "/a.ndjson.gz /a.ndjson.gz", "/b.json /b.json", "/mixed/0 /mixed/0", "/mixed/1.json /mixed/1.json",
		"/replay /replay/0 /replay/2 /replay/10", "standard input -",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || skipped != 1 {
		t.Errorf("skipped %d, got\n%s\nwant\n%s", skipped, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var events []string
	err = ReadSource(context.Background(), sources[5], nil, func(e Event) error {
		events = append(events, string(e.Raw))
		return nil
	})
	if want := []string{e1, e2, e3, e1}; err != nil || fmt.Sprint(events) != fmt.Sprint(want) {
		t.Errorf("segments: %v, %q", err, events)
	}
}

func TestFindTellsWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Find([]string{dir + "/none.json"}); err == nil || !strings.HasSuffix(err.Error(), "/none.json: there is no such file or folder") {
		t.Errorf("a missing file: %v", err)
	}
	if _, _, err := Find([]string{dir}); err == nil || !strings.Contains(err.Error(), "no recordings") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestReadSourceReadsStandardInput(t *testing.T) {
	n := 0
	err := ReadSource(context.Background(), Source{Name: "standard input", Paths: []string{Stdin}}, strings.NewReader(e1+e2),
		func(Event) error { n++; return nil })
	if err != nil || n != 2 {
		t.Errorf("got %d events, %v", n, err)
	}
}
