// Package geoip tells the country of an address by a file in MaxMind's DB format (MMDB), such as
// GeoLite2-Country or DB-IP's. A file that is replaced while the service runs is read anew.
package geoip

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// lookEvery is how often the file is looked at for a change; such files come out once or twice a week.
const lookEvery = 10 * time.Second

// fieldsOfCountry are where databases keep the code: MaxMind's and DB-IP's, then others'.
var fieldsOfCountry = [][]any{{"country", "iso_code"}, {"country_code"}, {"country"}}

// File is an open database. It is safe for concurrent use.
type File struct {
	path string
	now  func() time.Time
	log  *slog.Logger
	db   atomic.Pointer[maxminddb.Reader]

	mu     sync.Mutex
	looked time.Time // at the file
	seen   fs.FileInfo
}

// Open reads a file whole into memory, so that nobody who writes over it can disturb a look-up.
func Open(path string, now func() time.Time, log *slog.Logger) (*File, error) {
	f := &File{path: path, now: now, log: log, looked: now()}
	if err := f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

// Country returns ISO 3166-1 alpha-2 in upper case, or nothing where the file does not know the address.
func (f *File) Country(a netip.Addr) string {
	f.refresh()
	if !a.IsValid() {
		return ""
	}
	found := f.db.Load().Lookup(a.Unmap())
	for _, field := range fieldsOfCountry {
		var code string
		if found.DecodePath(&code, field...) != nil { // not there, or of another kind
			continue
		}
		if code = strings.ToUpper(code); len(code) == 2 {
			return code
		}
	}
	return ""
}

// refresh reads the file anew if it has changed. While it cannot be read, what was read before holds.
func (f *File) refresh() {
	if !f.mu.TryLock() {
		return // another request looks
	}
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
	} else {
		return
	}
	info, err := os.Stat(f.path)
	if err == nil && info.Size() == f.seen.Size() && info.ModTime().Equal(f.seen.ModTime()) {
		return
	}
	if err == nil {
		err = f.read()
	}
	if err != nil {
		f.log.Warn("the file of countries cannot be read; the one read before holds", "error", err)
		return
	}
	f.log.Info("file of countries read anew", "built", time.Unix(int64(f.db.Load().Metadata.BuildEpoch), 0).UTC())
}

func (f *File) read() error {
	info, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("read countries: %w", err)
	}
	content, err := os.ReadFile(f.path)
	if err != nil {
		return fmt.Errorf("read countries: %w", err)
	}
	db, err := maxminddb.OpenBytes(content)
	if err != nil {
		return fmt.Errorf("read countries: %s is no MaxMind DB file: %w", f.path, err)
	}
	f.seen = info
	f.db.Store(db)
	return nil
}
