package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/klauspost/compress/gzip"
)

// wholeFile is a session as one JSON array, packed with gzip: what a player without an index loads.
type wholeFile struct {
	file *os.File
	out  *bufio.Writer
	zip  *gzip.Writer
	next string // stands before the next event
}

func newWholeFile(path string) (*wholeFile, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &wholeFile{file: f, out: bufio.NewWriter(f), next: "["}
	w.zip = gzip.NewWriter(w.out)
	return w, nil
}

func (w *wholeFile) add(raw []byte) error {
	_, err := w.zip.Write([]byte(w.next))
	if err == nil {
		_, err = w.zip.Write(raw)
	}
	w.next = ","
	return err
}

func (w *wholeFile) close() error {
	_, err := w.zip.Write([]byte("]"))
	return errors.Join(err, w.zip.Close(), w.out.Flush(), w.file.Close())
}

// playPlain serves the file on this machine and loads it as a plain player must before its first picture.
func playPlain(ctx context.Context, c *client, path string) (Plain, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Plain{}, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Plain{}, fmt.Errorf("listen on this machine: %w", err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		http.ServeFile(w, r, path)
	})}
	go func() { _ = server.Serve(listener) }() // ends with Close
	began, events := time.Now(), 0
	err = c.get(ctx, "http://"+listener.Addr().String()+"/", parsed(&events))
	return Plain{Bytes: info.Size(), ParsedMs: ms(began)}, errors.Join(err, server.Close())
}
