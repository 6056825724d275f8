package fts

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// planted makes a session whose texts are found nowhere else.
func planted(g *rand.Rand, id string) (search.Document, []string) {
	secrets := make([]string, 6)
	for i := range secrets {
		for range 12 {
			secrets[i] += string(rune('a' + g.IntN(26)))
		}
	}
	// Rare syllables: as pairs they stand in no other text.
	hangul := ""
	for range 8 {
		hangul += string(rune(0xD000 + g.IntN(0x700)))
	}
	d := search.Document{ID: id, ProjectID: "p", StartedAt: searchtest.Epoch - int64(g.IntN(1e9)), UserEmail: secrets[0] + "@example.com",
		UserID: secrets[1], Complaints: []string{hangul + "가 " + secrets[2]}, Errors: []string{secrets[3] + strings.Repeat(" long", 2000)},
		URLs: []string{"https://shop.example/" + secrets[4]}, Release: secrets[5]}
	return d, append(secrets, hangul)
}

// traces returns the places of files under dir where a part of a secret stands: five
// letters of a word (an index keeps words without the beginning that they share with
// their neighbour), a pair of syllables.
func traces(t *testing.T, dir string, secrets []string) []string {
	t.Helper()
	var found []string
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			runes, n := []rune(secret), 6
			if runes[0] > 127 {
				n = 2
			}
			for i := 0; i+n <= len(runes); i++ {
				if piece := string(runes[i : i+n]); bytes.Contains(content, []byte(piece)) {
					found = append(found, fmt.Sprintf("%s: %q of %q", filepath.Base(file), piece, secret))
				}
			}
			if bytes.Contains(content, []byte(fmt.Sprintf("%x", secret))) { // tags are in hex
				found = append(found, fmt.Sprintf("%s: %q in hex", filepath.Base(file), secret))
			}
		}
	}
	return found
}

// TestDeleteLeavesNoTrace holds that after Delete no byte of the files holds a text
// of the session, whatever happened to it and to the index before.
func TestDeleteLeavesNoTrace(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testNoTrace(t, seed) })
	}
}

func testNoTrace(t *testing.T, seed uint64) {
	dir := t.TempDir()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	ctx := context.Background()
	g := rand.New(rand.NewPCG(1, 2+seed))
	var ids, secrets, later []string
	put := func(docs ...search.Document) {
		t.Helper()
		if err := x.Put(ctx, docs); err != nil {
			t.Fatal(err)
		}
	}
	others := searchtest.Documents(1, "p", 3000)
	for i := 0; i < len(others); i += 100 {
		d, s := planted(g, fmt.Sprintf("planted-%d", i))
		put(append(others[i:i+100:i+100], d)...)
		secrets = append(secrets, s...)
		ids = append(ids, d.ID)
		if i%300 == 0 { // a live session is put again and again, each time with other texts
			again, s := planted(g, d.ID)
			later = append(later, s...)
			put(again)
		}
	}
	secrets = append(secrets, later...)
	if found := traces(t, dir, secrets); len(found) < len(ids) {
		t.Fatalf("the search for traces finds %d in an index that holds them", len(found))
	}
	if err := x.Delete(ctx, ids[:len(ids)/2]); err != nil {
		t.Fatal(err)
	}
	if err := x.Delete(ctx, ids); err != nil {
		t.Fatal(err)
	}
	if found := traces(t, dir, secrets); len(found) > 0 {
		t.Errorf("%d traces are left, first %v", len(found), found[:min(5, len(found))])
	}
	if _, err := x.cur.w.Exec(`INSERT INTO words (words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("integrity of the index after deleting: %v", err)
	}
}

// TestRebuildLeavesNoTrace holds the same of a session deleted while a rebuild runs, and of
// one that the rebuild does not bring back.
func TestRebuildLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	ctx := context.Background()
	g := rand.New(rand.NewPCG(3, 4))
	deleted, secrets := planted(g, "deleted")
	dropped, more := planted(g, "dropped")
	secrets = append(secrets, more...)
	docs := searchtest.Documents(1, "p", 500)
	if err := x.Put(ctx, append([]search.Document{deleted, dropped}, docs...)); err != nil {
		t.Fatal(err)
	}
	err = x.Rebuild(ctx, func(put func([]search.Document) error) error {
		if err := put(append([]search.Document{deleted}, docs...)); err != nil {
			return err
		}
		return x.Delete(ctx, []string{"deleted"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := traces(t, dir, secrets); len(found) > 0 {
		t.Errorf("%d traces are left, first %v", len(found), found[:min(5, len(found))])
	}
}
