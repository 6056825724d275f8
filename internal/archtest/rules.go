package archtest

// modulePath is how our packages' import paths begin.
const modulePath = "github.com/afterimage/afterimage"

// The hard limits of size. Most files stay below 400 lines and most functions below 55.
const (
	fileLinesMax        = 600
	functionLinesMax    = 70
	interfaceMethodsMax = 7
)

// arrow says what of ours a package may import, apart from its tests. A path that ends in
// "/..." stands for the package and all below it.
type arrow struct {
	from string
	to   []string
}

// arrows is the whole house, from the inside out: a row may only name what stands above it.
// A package that has no row is an error, so that nobody forgets to decide where it stands.
var arrows = []arrow{
	// Pure: bytes in, bytes out.
	{"replay/blob", nil},
	{"replay/dictionary", nil},
	{"replay/rrweb", nil},
	{"replay/segment", []string{"replay/rrweb"}},
	{"replay/signal", []string{"replay/rrweb"}},
	{"feedback/stats", nil},
	{"migrations", nil},
	{"docs", nil},
	{"recorder-js", nil},
	{"ui", nil},

	// The domains, which know nothing of each other.
	{"replay", []string{"replay/blob", "replay/dictionary", "replay/rrweb", "replay/segment", "replay/signal"}},
	{"feedback", []string{"feedback/stats"}},
	{"feedback/driver", []string{"feedback", "feedback/stats"}},
	{"search", nil},
	{"internal/account", nil},

	// What all adapters of an interface must do.
	{"replay/blob/blobtest", []string{"replay/blob"}},
	{"internal/storetest", nil},
	{"replay/replaytest", []string{"replay", "internal/storetest"}},
	{"feedback/feedbacktest", []string{"feedback", "internal/storetest"}},
	{"search/searchtest", []string{"search"}},
	{"internal/account/accounttest", []string{"internal/account", "internal/storetest"}},

	// Adapters.
	{"replay/blob/fs", []string{"replay/blob"}},
	{"replay/blob/mem", []string{"replay/blob"}},
	{"replay/blob/s3", []string{"replay/blob"}},
	{"search/fts", []string{"search"}},
	{"search/fts/plain", []string{"search"}},
	{"search/meili", []string{"search"}},
	{"internal/sqlstore", []string{"migrations", "replay", "feedback", "search", "internal/account"}},

	// What the service is made of.
	{"internal/demo", nil},
	{"internal/geoip", nil},
	{"internal/importer", nil},
	{"internal/importer/load", []string{"internal/importer", "replay"}},
	{"internal/auth", []string{"internal/account"}},
	{"internal/bench", []string{"search", "replay", "replay/blob", "replay/segment", "internal/importer", "internal/importer/load"}},
	{"internal/worker", []string{"replay", "replay/blob", "replay/signal", "feedback", "search", "internal/account"}},
	{"internal/httpapi", []string{"docs", "replay", "replay/blob", "feedback", "feedback/...", "search", "internal/account", "internal/auth"}},

	// The command puts all of it together; see wireFile.
	{"cmd/afterimage", []string{
		"replay", "replay/...", "feedback", "feedback/...", "search", "search/...", "recorder-js", "ui", "migrations", "internal/...",
	}},

	// Helpers of tests, which nothing else may import.
	{"internal/testenv", nil},
	{"internal/archtest", nil},
	{"scripts/testreport", nil},
}

// adapters may be imported by one file alone: whoever wants to know what runs on what reads that file.
var adapters = []string{
	"internal/sqlstore", "replay/blob/fs", "replay/blob/mem", "replay/blob/s3", "search/fts", "search/fts/plain", "search/meili",
}

const wireFile = "cmd/afterimage/wire.go"

// testOnly packages may be imported by tests and by each other only.
var testOnly = []string{
	"internal/testenv", "internal/archtest", "internal/storetest", "replay/blob/blobtest", "replay/replaytest", "feedback/feedbacktest",
	"search/searchtest", "internal/account/accounttest",
}

// keepers says who alone may import a module of others, apart from tests: what a library
// is used for stays behind one package of ours, so that it can be replaced there.
var keepers = []arrow{
	{"github.com/gofiber/fiber", []string{"internal/httpapi"}},
	{"github.com/valyala/fasthttp", []string{"internal/httpapi"}},
	{"github.com/jackc/pgx", []string{"internal/sqlstore", "internal/testenv"}},
	{"github.com/pressly/goose", []string{"internal/sqlstore"}},
	{"modernc.org/sqlite", []string{"internal/sqlstore", "search/fts", "search/fts/plain"}},
	{"database/sql", []string{"internal/sqlstore", "search/fts", "search/fts/plain"}},
	{"github.com/minio/minio-go", []string{"replay/blob/s3", "internal/testenv"}},
	{"github.com/meilisearch/meilisearch-go", []string{"search/meili"}},
	{"github.com/oschwald/maxminddb-golang", []string{"internal/geoip"}},
}
