package meili

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// TestConformance runs against a real server.
func TestConformance(t *testing.T) {
	url := os.Getenv("AFTERIMAGE_TEST_MEILI_URL")
	if url == "" {
		t.Skip("AFTERIMAGE_TEST_MEILI_URL is not set: no Meilisearch server to test against")
	}
	searchtest.Run(t, func(t *testing.T) search.Index {
		t.Helper()
		prefix := fmt.Sprintf("test-%d-%d", time.Now().UnixNano(), rand.Uint32())
		x := openAt(t, url, os.Getenv("AFTERIMAGE_TEST_MEILI_KEY"), prefix)
		t.Cleanup(func() {
			listed, err := x.list(context.Background(), true)
			for uid := range listed {
				err = errors.Join(err, x.deleteIndex(context.Background(), uid))
			}
			if err != nil {
				t.Error(err)
			}
		})
		return x
	})
}

// TestFakeServerConformance runs the suite against the fake: it shows that what the adapter
// asks for means the query, not that a real server answers so.
func TestFakeServerConformance(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index {
		_, url := startFake(t)
		return openAt(t, url, "", "t")
	})
}

func openAt(t *testing.T, url, key, prefix string) *Index {
	t.Helper()
	x, err := Open(context.Background(), url, key, prefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func parse(t *testing.T, q string) search.Query {
	t.Helper()
	parsed, err := search.Parse(q)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func put(t *testing.T, x *Index, docs ...search.Document) {
	t.Helper()
	if err := x.Put(context.Background(), docs); err != nil {
		t.Fatal(err)
	}
}

// find searches and returns the ids, in their order.
func find(t *testing.T, x *Index, r search.Request) []string {
	t.Helper()
	result, err := x.Search(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(result.Hits))
	for i, h := range result.Hits {
		ids[i] = h.ID
	}
	return ids
}

func expect(t *testing.T, got []string, want string) {
	t.Helper()
	if strings.Join(got, " ") != want {
		t.Errorf("found %q, want %q", strings.Join(got, " "), want)
	}
}
