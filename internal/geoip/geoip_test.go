package geoip_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/afterimage/afterimage/internal/geoip"
)

// write makes a database of networks and what it tells of each.
func write(t *testing.T, path string, networks map[string]mmdbtype.DataType) {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test", IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for text, data := range networks {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(network, data); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func iso(code string) mmdbtype.DataType {
	return mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(code)}}
}

// watch opens the file with a clock and a log that the test holds.
func watch(t *testing.T, path string) (f *geoip.File, later func(), log *bytes.Buffer) {
	t.Helper()
	now, said := time.Now(), &bytes.Buffer{}
	f, err := geoip.Open(path, func() time.Time { return now }, slog.New(slog.NewTextHandler(said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return f, func() { now = now.Add(time.Minute) }, said
}

func TestCountry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "countries.mmdb")
	write(t, path, map[string]mmdbtype.DataType{
		"203.0.113.0/24": iso("KR"), "2001:db8:1::/48": iso("jp"),
		"198.51.100.0/25": mmdbtype.Map{"country_code": mmdbtype.String("DE")}, "198.51.100.128/25": mmdbtype.Map{"country": mmdbtype.String("FR")},
		"192.0.2.0/24": mmdbtype.Map{"registered_country": mmdbtype.Map{"iso_code": mmdbtype.String("US")}}, "192.88.99.0/24": mmdbtype.Map{"country": mmdbtype.String("Korea")},
	})
	f, _, _ := watch(t, path)
	for address, want := range map[string]string{
		"203.0.113.9": "KR", "::ffff:203.0.113.9": "KR", "2001:db8:1::5": "JP", "198.51.100.1": "DE", "198.51.100.200": "FR",
		"192.0.2.1": "", "192.88.99.1": "", "10.0.0.1": "", "::1": "", "2001:db8:2::1": "",
	} {
		if got := f.Country(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	if got := f.Country(netip.Addr{}); got != "" {
		t.Errorf("no address: %q", got)
	}
}

func TestFileIsReadAnew(t *testing.T) {
	path, home := filepath.Join(t.TempDir(), "countries.mmdb"), netip.MustParseAddr("203.0.113.9")
	write(t, path, map[string]mmdbtype.DataType{"203.0.113.0/24": iso("KR")})
	f, later, log := watch(t, path)
	check := func(want string) {
		t.Helper()
		later()
		if got := f.Country(home); got != want {
			t.Errorf("country %q, want %q", got, want)
		}
	}
	check("KR")
	if err := os.WriteFile(path, []byte("half of a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("KR")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check("KR")
	if n := strings.Count(log.String(), "cannot be read"); n != 2 {
		t.Errorf("%d warnings, want 2: %s", n, log)
	}
	write(t, path, map[string]mmdbtype.DataType{"203.0.113.0/24": iso("JP"), "192.0.2.0/24": iso("US")})
	check("JP")
}

func TestOpenRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "countries.mmdb")
	if _, err := geoip.Open(path, time.Now, slog.Default()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte("country,KR"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := geoip.Open(path, time.Now, slog.Default()); err == nil || !strings.Contains(err.Error(), "no MaxMind DB file") {
		t.Errorf("a file of another kind: %v", err)
	}
}
