package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Master keys of the tests.
var oldKey, newKey = strings.Repeat("4f", 32), strings.Repeat("a7", 32)

// several imports so many sessions and returns their events by session.
func (p *place) several(n int) map[string][]string {
	p.t.Helper()
	all := map[string][]string{}
	for i := range n {
		events := recording(1_700_000_000_000+int64(i)*86_400_000, 8, fmt.Sprint("keys", i))
		file := writeFile(p.t, filepath.Join(p.t.TempDir(), "r.json"), array(events))
		all[p.imported(file)[0].Session] = events
	}
	return all
}

// keys returns what keys list --json prints.
func (p *place) keys() []keyUse {
	p.t.Helper()
	var list struct{ Keys []keyUse }
	if err := json.Unmarshal([]byte(p.do("keys", "list", "--json")), &list); err != nil || len(list.Keys) == 0 {
		p.t.Fatalf("keys list: %+v, %v", list, err)
	}
	return list.Keys
}

// rotate changes the master key, which must leave nothing.
func (p *place) rotate(args ...string) rotated {
	p.t.Helper()
	var r rotated
	if err := json.Unmarshal([]byte(p.do(append([]string{"keys", "rotate", "--json"}, args...)...)), &r); err != nil || r.Left != 0 {
		p.t.Fatalf("keys rotate: %+v, %v", r, err)
	}
	return r
}

// with is the same stores with other variables.
func (p *place) with(variables ...string) *place {
	q := *p
	q.env = append(slices.Clone(p.env), variables...)
	return &q
}

func (p *place) keyLines() []string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.folder, keyFile))
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func TestTheMasterKeyOfAFolderIsChanged(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	all := p.several(3)
	p.do("seal", "--all")
	before, first := p.keyLines(), p.keys()
	if len(first) != 1 || first[0].State != keyCurrent || first[0].Sessions != 3 {
		t.Fatalf("keys: %+v", first)
	}
	if r := p.rotate("--dry-run"); r.Keys != 3 || r.Copies != 3 || !slices.Equal(p.keyLines(), before) || p.keys()[0] != first[0] {
		t.Errorf("dry run: %+v", r)
	}
	out := execute(t, p.command("keys", "rotate"))
	if out.code != 0 || !strings.Contains(out.stderr, "3 keys in the index and 3 in the bucket") || !strings.Contains(out.stderr, "keep a copy") {
		t.Errorf("rotate: %+v", out)
	}
	after, now := p.keyLines(), p.keys()
	if len(after) != 1 || after[0] == before[0] || strings.Contains(out.stderr, after[0]) {
		t.Errorf("%d keys in the file, or the key is shown", len(after))
	}
	if info, err := os.Stat(filepath.Join(p.folder, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the key: %v, %v", info.Mode(), err)
	}
	if len(now) != 1 || now[0].MasterKey == first[0].MasterKey || now[0].Sessions != 3 {
		t.Errorf("keys: %+v", now)
	}
	p.do("verify")
	for session, events := range all {
		p.exports(session, events)
	}
	id, err := hex.DecodeString(first[0].MasterKey)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(p.folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if text, err := os.ReadFile(path); err != nil || bytes.Contains(text, id) {
			t.Errorf("%s still holds keys under the old master key (%v)", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.fails(1, "not the master key", "verify", "--master-key", oldKey)
	if second := p.rotate(); second.Keys != 3 || p.keyLines()[0] == after[0] {
		t.Errorf("changed again: %+v", second)
	}
}

// A rotation that was killed once it had made its key goes on with that one.
func TestAKilledRotationGoesOn(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	all := p.several(4)
	old := p.keyLines()[0]
	c := p.command("keys", "rotate")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); p.keyLines()[0] == old; {
		if time.Now().After(deadline) {
			t.Fatal("no new key")
		}
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	made := p.keyLines()[0]
	p.do("verify")
	// Were it done already, another rotation would make another key: put the old one below again.
	writeFile(t, filepath.Join(p.folder, keyFile), made+"\n"+old+"\n")
	p.do("verify")
	p.rotate()
	if got := p.keyLines(); !slices.Equal(got, []string{made}) {
		t.Errorf("%d keys in the file, the first one is that of the killed rotation: %v", len(got), got[0] == made)
	}
	p.do("verify")
	for session, events := range all {
		p.exports(session, events)
	}
}

func TestTheMasterKeyIsChangedWhileServing(t *testing.T) {
	t.Parallel()
	p := scaled(t)
	all := p.several(2)
	token := strings.TrimSpace(p.do("token", "create"))
	q := p.with("AFTERIMAGE_MASTER_KEY="+newKey, "AFTERIMAGE_PREVIOUS_MASTER_KEYS="+oldKey)
	s := q.serve()
	elsewhere := *q // the search index in the folder belongs to the service
	elsewhere.flags = append(slices.Clone(q.flags), "--data", t.TempDir())
	elsewhere.folder = elsewhere.flags[len(elsewhere.flags)-1]
	if keys := elsewhere.keys(); len(keys) != 2 || keys[1].State != keyPrevious || keys[1].Sessions != 2 {
		t.Errorf("before: %+v", keys)
	}
	out := execute(t, elsewhere.command("keys", "rotate"))
	if out.code != 0 || !strings.Contains(out.stderr, "2 keys in the index and 2 in the bucket") || !strings.Contains(out.stderr, "may be removed now") {
		t.Errorf("rotate: %+v", out)
	}
	if r := elsewhere.rotate(); r.Keys != 0 || r.Copies != 0 {
		t.Errorf("again: %+v", r)
	}
	for session, events := range all {
		status, body := get(t, s.url+"/api/v1/sessions/"+session+"/events", token)
		if status != http.StatusOK {
			t.Fatalf("events: %d %s", status, body)
		}
		sameEvents(t, body, events)
	}
	s.stop(t, syscall.SIGTERM)
	q = p.with("AFTERIMAGE_MASTER_KEY=" + newKey)
	q.do("verify")
	p.fails(1, "not the master key", "verify")
	if keys := p.keys(); len(keys) != 2 || keys[1].State != keyMissing || keys[1].Sessions != 2 {
		t.Errorf("with the old key alone: %+v", keys)
	}
	// The old key alone opens nothing: all is left, and told of.
	p.fails(1, "left under another master key: 4", "keys", "rotate", "--dry-run")
}

func TestWhereMasterKeysComeFrom(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	file := writeFile(t, filepath.Join(t.TempDir(), "keys"), oldKey+"\n")
	p.env = []string{"AFTERIMAGE_MASTER_KEY_FILE=" + file}
	all := p.several(1)
	if _, err := os.Stat(filepath.Join(p.folder, keyFile)); err == nil {
		t.Error("a key was made beside the one in the file")
	}
	p.fails(1, "both given", "keys", "list", "--master-key", newKey)
	p.fails(1, "it takes one key", "keys", "list", "--master-key-file", "", "--master-key", newKey+","+oldKey)
	p.fails(1, "--previous-master-keys: wrong key: number 2 of 2", "keys", "list", "--previous-master-keys", newKey+",short")
	p.fails(1, "no such file", "verify", "--master-key-file", file+".gone")

	writeFile(t, file, newKey+"\n"+oldKey+"\n")
	if keys := p.keys(); len(keys) != 2 || keys[0].Sessions != 0 || keys[1].Sessions != 1 {
		t.Errorf("two keys in the file: %+v", keys)
	}
	s := p.serve()
	p.fails(1, fmt.Sprintf("in use by process %d", s.cmd.Process.Pid), "keys", "rotate")
	s.stop(t, syscall.SIGTERM)
	p.rotate() // goes on with the two keys
	p.env = nil
	for session, events := range all {
		sameEvents(t, p.do("export", session, "--master-key", newKey), events)
	}
	if text, err := os.ReadFile(file); err != nil || len(strings.Fields(string(text))) != 1 {
		t.Errorf("the old key is still in the file: %v", err)
	}
}

func TestHelpOfAFamily(t *testing.T) {
	for _, args := range [][]string{{"help", "keys"}, {"keys", "--help"}} {
		out := inProcess(nil, args...)
		if out.code != 0 || !strings.Contains(out.stdout, "keys list") || !strings.Contains(out.stdout, "Change the master key") || strings.Contains(out.stdout, "token create") {
			t.Errorf("%v: %+v", args, out)
		}
	}
}
