package fs

import (
	"os"
	"testing"

	"github.com/afterimage/afterimage/replay/blob"
)

// BreakForTest makes w write to the file at path from now on, one whose writes fail.
func BreakForTest(t *testing.T, w blob.Writer, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	appender, ok := w.(*writer)
	if !ok {
		t.Fatalf("%T is no writer of this package", w)
	}
	old := appender.file
	appender.file = f
	t.Cleanup(func() {
		if err := old.Close(); err != nil {
			t.Error(err)
		}
	})
}
