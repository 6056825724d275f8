package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// storeOptions is the part of the config table that every command takes which opens
// the stores itself.
var storeOptions = []option{
	{
		flag: "data", arg: "FOLDER", env: "AFTERIMAGE_DATA", def: "./data",
		help: "where everything is kept that is not kept elsewhere",
	},
	{
		flag: "database-url", arg: "URL", env: "AFTERIMAGE_DATABASE_URL", check: isURL("postgres", "postgresql"),
		help: "postgres://user:password@host/database; empty: SQLite in the data folder",
	},
	{
		flag: "object-store", arg: "URL", env: "AFTERIMAGE_OBJECT_STORE", check: isURL("s3"),
		help: "s3://bucket?endpoint=host:port&region=…&prefix=…, with the keys in $AFTERIMAGE_S3_ACCESS_KEY and $AFTERIMAGE_S3_SECRET_KEY; empty: files in the data folder",
	},
	{
		flag: "search-url", arg: "URL", env: "AFTERIMAGE_SEARCH_URL", check: isURL("http", "https"),
		help: "address of Meilisearch, needed where several processes serve; empty: SQLite full text search in the data folder",
	},
	{
		flag: "search-key", arg: "KEY", env: "AFTERIMAGE_SEARCH_KEY",
		help: "API key of Meilisearch",
	},
	{
		flag: "master-key", arg: "KEY", env: "AFTERIMAGE_MASTER_KEY",
		help: "32 bytes in base64 or hex that all recordings are encrypted under; empty: master.key in the data folder, made on the first start",
	},
	{
		flag: "master-key-file", arg: "FILE", env: "AFTERIMAGE_MASTER_KEY_FILE",
		help: "file to read the master key from instead; on lines below it, others that still open recordings",
	},
	{
		flag: "previous-master-keys", arg: "KEYS", env: "AFTERIMAGE_PREVIOUS_MASTER_KEYS",
		help: "master keys, with commas, that still open recordings; see `afterimage keys rotate --help`",
	},
	{
		flag: "dictionary-min-sessions", arg: "N", env: "AFTERIMAGE_DICTIONARY_MIN_SESSIONS", def: "5", check: isWhole(3, 1000),
		help: "how many sessions must share what a site dictionary, which makes recordings small, may hold; from 3 up",
	},
	{
		flag: "log-level", arg: "LEVEL", env: "AFTERIMAGE_LOG_LEVEL", def: "info", check: isOneOf("debug", "info", "warn", "error"),
		help: "debug, info, warn or error",
	},
	{
		flag: "log-format", arg: "FORMAT", env: "AFTERIMAGE_LOG_FORMAT", def: "text", check: isOneOf("text", "json"),
		help: "text or json",
	},
}

// serveOptions is the rest of the config table: what only the running service takes.
var serveOptions = []option{
	{
		flag: "addr", arg: "HOST:PORT", env: "AFTERIMAGE_ADDR", def: "127.0.0.1:8080", check: isAddress,
		help: "where to listen; :8080 for all interfaces",
	},
	{
		flag: "public-url", arg: "URL", env: "AFTERIMAGE_PUBLIC_URL", check: isURL("http", "https"),
		help: "how browsers reach the service; empty: taken from each request",
	},
	{
		flag: "metrics-addr", arg: "HOST:PORT", env: "AFTERIMAGE_METRICS_ADDR", def: "127.0.0.1:0", check: isAddressOrOff,
		help: "where to serve /metrics and /debug/pprof, never to the public; port 0 picks a free one; off: nowhere",
	},
	{
		flag: "country-header", arg: "HEADER", env: "AFTERIMAGE_COUNTRY_HEADER",
		help: "header in which a proxy in front tells the visitor's country, such as CF-IPCountry",
	},
	{
		flag: "geoip-file", arg: "FILE", env: "AFTERIMAGE_GEOIP_FILE",
		help: "MaxMind DB file (.mmdb) to tell the visitor's country by where the header does not; read anew when it changes",
	},
	{
		flag: "trusted-proxies", arg: "LIST", env: "AFTERIMAGE_TRUSTED_PROXIES", check: isAddressList,
		help: "addresses or ranges, with commas, of proxies whose X-Forwarded-For is believed",
	},
	{
		flag: "demo", env: "AFTERIMAGE_DEMO", def: "false",
		help: "also serve a demo shop at /demo/ that records itself, with some recorded sessions",
	},
	{
		flag: "drain-timeout", arg: "TIME", env: "AFTERIMAGE_DRAIN_TIMEOUT", def: "20s", check: isDuration(time.Second),
		help: "how long open requests may take to end after SIGTERM",
	},
}

// config is the config table's values.
type config struct {
	data, databaseURL, objectStore, searchURL, searchKey string

	masterKey, masterKeyFile, previousMasterKeys string

	logLevel, logFormat string

	dictionaryMinSessions int

	addr, publicURL, metricsAddr, countryHeader, geoipFile string

	trustedProxies []string
	demo           bool
	drainTimeout   time.Duration
}

func configOf(v values) config {
	return config{
		data: v.str("data"), databaseURL: v.str("database-url"), objectStore: v.str("object-store"),
		searchURL: v.str("search-url"), searchKey: v.str("search-key"),
		masterKey: v.str("master-key"), masterKeyFile: v.str("master-key-file"), previousMasterKeys: v.str("previous-master-keys"),
		dictionaryMinSessions: int(v.num("dictionary-min-sessions")),
		logLevel:              v.str("log-level"), logFormat: v.str("log-format"),
		addr: v.str("addr"), publicURL: v.str("public-url"), metricsAddr: v.str("metrics-addr"), countryHeader: v.str("country-header"),
		geoipFile:      v.str("geoip-file"),
		trustedProxies: list(v.str("trusted-proxies")), demo: v.on("demo"), drainTimeout: v.duration("drain-timeout"),
	}
}

// embedded tells whether anything is kept in the data folder, so that only one process
// may use it.
func (c *config) embedded() bool {
	return c.databaseURL == "" || c.objectStore == "" || c.searchURL == ""
}

// alone tells whether all recordings lie in the data folder, so that no other process can
// have any business with them.
func (c *config) alone() bool { return c.databaseURL == "" && c.objectStore == "" }

func list(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// isURL accepts addresses with one of the schemes. The value may hold a password, so
// no message repeats it.
func isURL(schemes ...string) func(string) error {
	return func(text string) error {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return fmt.Errorf("not an address like %s://host/…", schemes[0])
		}
		for _, s := range schemes {
			if u.Scheme == s {
				return nil
			}
		}
		return fmt.Errorf("the address must begin with %s://, not %s://", strings.Join(schemes, ":// or "), u.Scheme)
	}
}

func isAddress(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not an address like 127.0.0.1:8080", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is not a port from 0 to 65535", port)
	}
	return nil
}

func isAddressOrOff(text string) error {
	if text == "off" {
		return nil
	}
	return isAddress(text)
}

func isAddressList(text string) error {
	for _, part := range list(text) {
		_, one := netip.ParseAddr(part)
		_, many := netip.ParsePrefix(part)
		if one != nil && many != nil {
			return fmt.Errorf("%q is neither an address nor a range like 10.0.0.0/8", part)
		}
	}
	return nil
}

// errNoValue is what a check returns for a value that must not be empty.
var errNoValue = errors.New("the value is empty")

func isNotEmpty(text string) error {
	if strings.TrimSpace(text) == "" {
		return errNoValue
	}
	return nil
}
