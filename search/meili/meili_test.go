package meili

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
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
		shorten(x)
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
	searchtest.Suite{Documents: fakeDocuments, Open: func(t *testing.T) search.Index {
		_, url := startFake(t)
		x := openAt(t, url, "", "t")
		shorten(x)
		return x
	}}.Run(t)
}

// shorten makes months of 15 minutes: the suite's sessions begin within an hour, and so are in five.
func shorten(x *Index) {
	const length, begin = 15 * 60 * 1000, searchtest.Epoch - 2*60*60*1000
	x.months.of = func(startedAt int64) string {
		return fmt.Sprintf("%06d", (min(max(startedAt, begin), searchtest.Now)-begin)/length)
	}
	x.months.span = func(month string) (from, to int64) {
		n, err := strconv.ParseInt(month, 10, 64)
		if err != nil {
			panic(err)
		}
		from, to = begin+n*length, begin+(n+1)*length
		if from == begin {
			from = -maxInteger
		}
		if to > searchtest.Now {
			to = maxInteger + 1
		}
		return from, to
	}
}

// fakeDocuments is how many sessions the fake holds for the large part of the suite: it looks at each
// for every filter.
const fakeDocuments = 400

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
