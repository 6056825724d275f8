package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Source is one recording: a file, or the segments of one in their order.
type Source struct {
	Name  string // for messages: the file, or the folder of the segments
	Paths []string
}

// Find expands what a person named to recordings, in that order: a file is one, a
// folder is all recordings below it, sorted by path. A folder whose files are all
// Sentry segments with different numbers is one recording. In folders only files are
// taken whose name ends like a recording's (.json, .ndjson, .jsonl, no ending at all,
// each with .gz, .zst or .zlib or without); skipped tells how many were not.
func Find(paths []string) (sources []Source, skipped int, err error) {
	for _, path := range paths {
		if path == Stdin {
			sources = append(sources, Source{Name: "standard input", Paths: []string{Stdin}})
			continue
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, 0, fmt.Errorf("%s: there is no such file or folder", path)
		}
		if err != nil {
			return nil, 0, err
		}
		if !info.IsDir() {
			sources = append(sources, Source{Name: path, Paths: []string{path}})
			continue
		}
		found, left, err := walk(path)
		if err != nil {
			return nil, 0, err
		}
		if len(found) == 0 {
			return nil, 0, fmt.Errorf("%s: no recordings in this folder", path)
		}
		sources, skipped = append(sources, found...), skipped+left
	}
	return sources, skipped, nil
}

// walk finds the recordings below a folder.
func walk(root string) (sources []Source, skipped int, err error) {
	byFolder := map[string][]string{}
	var folders []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && path != root:
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !d.Type().IsRegular() || !looksLikeRecording(d.Name()):
			skipped++
			return nil
		}
		folder := filepath.Dir(path)
		if byFolder[folder] == nil {
			folders = append(folders, folder)
		}
		byFolder[folder] = append(byFolder[folder], path)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for _, folder := range folders {
		files := byFolder[folder]
		if inOrder, ok := segments(files); ok {
			sources = append(sources, Source{Name: folder, Paths: inOrder})
			continue
		}
		for _, file := range files {
			sources = append(sources, Source{Name: file, Paths: []string{file}})
		}
	}
	slices.SortFunc(sources, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
	return sources, skipped, nil
}

func looksLikeRecording(name string) bool {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst", ".zstd", ".zlib"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".json", ".ndjson", ".jsonl", "":
		return true
	}
	return false
}

// segments returns the files in the order of their segment numbers, if all of them are
// Sentry segments and no number comes twice.
func segments(files []string) ([]string, bool) {
	if len(files) < 2 {
		return nil, false
	}
	byNumber := map[int64]string{}
	var numbers []int64
	for _, file := range files {
		n, ok := segmentNumber(file)
		if !ok || byNumber[n] != "" {
			return nil, false
		}
		byNumber[n] = file
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	inOrder := make([]string, len(numbers))
	for i, n := range numbers {
		inOrder[i] = byNumber[n]
	}
	return inOrder, true
}

// segmentNumber reads the header {"segment_id":n} of a Sentry segment.
func segmentNumber(path string) (number int64, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	text, err := unpack(f)
	if err != nil {
		return 0, false
	}
	s := newScanner(io.LimitReader(text, 4<<10)) // a header is some 20 bytes
	if c, err := s.space(); err != nil || c != '{' {
		return 0, false
	}
	var value float64
	p := &reader{s: s}
	err = s.object(func(key []byte) error {
		if string(key) == "segment_id" {
			return p.numeric("numbers", &value, &ok)
		}
		return s.value()
	})
	return int64(value), ok && err == nil
}

// ReadSource gives the events of a recording to sink, as [Read] does for one file.
func ReadSource(ctx context.Context, src Source, stdin io.Reader, sink Sink) error {
	for _, path := range src.Paths {
		if path == Stdin {
			if err := Read(ctx, src.Name, stdin, sink); err != nil {
				return err
			}
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = Read(ctx, path, f, sink)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
