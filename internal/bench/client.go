package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/afterimage/afterimage/replay/blob"
)

// Served is a service that answers on this machine, as players meet it.
type Served struct {
	Place
	URL, Token string
	Bucket     blob.Bucket
	Reads      *Reads // of Bucket
	Close      func() error
}

// client asks as a browser does: it takes packed answers, and unpacks them.
type client struct {
	http  http.Client
	token string
	zstd  *zstd.Decoder
}

func newClient(token string) (*client, error) {
	// Memory is measured in this very process: what the client takes must be little, and always the same.
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return &client{token: token, zstd: d, http: http.Client{Transport: &http.Transport{DisableCompression: true}}}, nil
}

func (c *client) close() {
	c.http.CloseIdleConnections()
	c.zstd.Close()
}

// get calls read with the unpacked body of an answer.
func (c *client) get(ctx context.Context, url string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept-Encoding", "gzip, zstd")
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", request.URL.Path, answer.Status)
	}
	body := io.Reader(answer.Body)
	switch answer.Header.Get("Content-Encoding") {
	case "zstd":
		if err := c.zstd.Reset(answer.Body); err != nil {
			return err
		}
		body = c.zstd
	case "gzip":
		if body, err = gzip.NewReader(answer.Body); err != nil {
			return err
		}
	}
	if err := read(body); err != nil {
		return fmt.Errorf("%s: %w", request.URL.Path, err)
	}
	return nil
}

// discarded reads all and returns how much it was.
func discarded(size *int64) func(io.Reader) error {
	return func(r io.Reader) (err error) {
		*size, err = io.Copy(io.Discard, r)
		return err
	}
}

// parsed reads all and parses it into events, as far as a player must before it can show the first.
func parsed(count *int) func(io.Reader) error {
	return func(r io.Reader) error {
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		var events []struct {
			Type      int
			Timestamp float64
			Data      json.RawMessage
		}
		err = json.Unmarshal(text, &events)
		*count = len(events)
		return err
	}
}
