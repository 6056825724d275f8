package httpapi

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
)

// Whatever goes in, an origin that comes out is safe to put into a policy, is what
// browsers would send, and comes out of a second pass unchanged.
func FuzzParseOrigin(f *testing.F) {
	for _, s := range []string{"https://shop.example.com", "http://localhost:3000", "HTTPS://A.com:443", "https://a.com/", "https://a.com;x", "https://[::1]", "'self'", "https://a.com:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		origin, err := parseOrigin(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(origin, " ;,'\"\r\n\t*\\()<>") || strings.ToLower(origin) != origin {
			t.Errorf("%q gives %q", s, origin)
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme+"://"+u.Host != origin || u.Hostname() == "" {
			t.Errorf("%q gives %q, which is no origin", s, origin)
		}
		if again, err := parseOrigin(origin); err != nil || again != origin {
			t.Errorf("%q gives %q, then %q, %v", s, origin, again, err)
		}
		if parts := strings.Count(playerPolicy([]string{origin}, "x"), ";"); parts != strings.Count(playerPolicy(nil, "x"), ";") {
			t.Errorf("%q adds a directive", origin)
		}
	})
}

// A cursor of ours is read back; any other is refused or means a place in the list.
func FuzzResponseCursor(f *testing.F) {
	for _, s := range []string{"", "eA", "MTAwMCBpbXBvcnQtMQ", "MTAwMCA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, id, ok := parseResponseCursor(s)
		if ok && (!validID(id)) {
			t.Errorf("%q gives %q", s, id)
		}
	})
}

func FuzzEncodingFor(f *testing.F) {
	for _, s := range []string{"", "gzip, deflate, br, zstd", "gzip;q=0", "*", ";;,,q=0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := encodingFor(s)
		if encoders[got] == nil || got != "" && !strings.Contains(strings.ToLower(s), got) {
			t.Errorf("%q gives %q", s, got)
		}
	})
}

// No spreadsheet takes a cell for a formula, and the text is still in it.
func FuzzPlainCell(f *testing.F) {
	for _, s := range []string{"", "=1", " =1", "결제", "\t+1", "\u00a0@x", "'=1", "a=1", "＝1", "\ufeff\u200b-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := plainCell(s)
		if cell != s && cell != "'"+s {
			t.Errorf("%q became %q", s, cell)
		}
		seen := strings.TrimLeftFunc(cell, func(r rune) bool { return r == '\uFEFF' || r == '\u200B' || unicode.IsSpace(r) })
		if seen != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(seen)[0]) || cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) {
			t.Errorf("%q may be a formula as %q", s, cell)
		}
	})
}

func TestEscapesNUL(t *testing.T) {
	for body, want := range map[string]bool{`"\u0000"`: true, `"\\u0000"`: false, `"\\\u0000"`: true, `"u0000"`: false, ``: false, `u0000`: false, `"\\u0000 \u0000"`: true, `"\u00001"`: true} {
		if got := escapesNUL([]byte(body)); got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestValidUUID(t *testing.T) {
	for s, want := range map[string]bool{"0198f000-0000-7000-8000-000000000001": true, "0198F000-0000-7000-8000-000000000001": false, "": false,
		"0198f000000070008000000000000001": false, "0198f000-0000-7000-8000-00000000000g": false, "0198f0000-000-7000-8000-000000000001": false} {
		if got := validUUID(s); got != want {
			t.Errorf("%s: %v, want %v", s, got, want)
		}
	}
}
