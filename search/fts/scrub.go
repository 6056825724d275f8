package fts

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
)

// pageBytes is the page size of the file, SQLite's default.
const pageBytes = 4096

// scrubChunk is how much of the file is read at once.
const scrubChunk = 256 * pageBytes

// scrub writes zeros over the bytes between the cell pointers and the cells of every B-tree page.
// They mean nothing to SQLite, but hold what stood there before the page was laid out anew:
// secure_delete overwrites cells that are deleted, not those that are moved. The file must be
// closed and without a log. What is cut off half way leaves a file that is as good as before.
func scrub(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("scrub search index: %w", err)
	}
	defer f.Close()
	chunk := make([]byte, scrubChunk)
	zeros := make([]byte, pageBytes)
	wrote := false
	for at := int64(0); ; at += scrubChunk {
		n, err := io.ReadFull(f, chunk)
		for page := 0; page+pageBytes <= n; page += pageBytes {
			from, to := gap(chunk[page:page+pageBytes], at+int64(page) == 0)
			if !slices.ContainsFunc(chunk[page+from:page+to], func(b byte) bool { return b != 0 }) {
				continue
			}
			if _, err := f.WriteAt(zeros[:to-from], at+int64(page+from)); err != nil {
				return fmt.Errorf("scrub search index: %w", err)
			}
			wrote = true
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return fmt.Errorf("scrub search index: %w", err)
		}
	}
	if !wrote {
		return nil
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("scrub search index: %w", err)
	}
	return nil
}

// gap gives the unused bytes of a page, none for a page that is not of a B-tree: an overflow or
// free page begins with a page number, which has a 0 in front in any file below 64 GB. See
// "B-tree Pages" in https://sqlite.org/fileformat2.html.
func gap(page []byte, first bool) (from, to int) {
	at := 0
	if first {
		at = 100 // the header of the file
	}
	pointers := at + 8
	switch page[at] {
	case 0x02, 0x05: // inner pages have the number of one more child
		pointers += 4
	case 0x0a, 0x0d:
	default:
		return 0, 0
	}
	from = pointers + 2*int(binary.BigEndian.Uint16(page[at+3:]))
	to = int(binary.BigEndian.Uint16(page[at+5:]))
	if from > to || to > len(page) {
		return 0, 0
	}
	return from, to
}
