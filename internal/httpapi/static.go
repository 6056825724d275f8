package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

const (
	cacheForever = "public, max-age=31536000, immutable" // for names that change with their content
	cacheNever   = "no-cache"                            // kept, but asked about each time
	// recorderCache is how long sites may run the recorder before they ask for a newer one.
	recorderCache = "public, max-age=600"

	gzipWorthBytes = 1024 // below that a packet is sent anyway
)

// notBuilt is shown instead of the web app where only the Go part was built.
const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Afterimage</title>
<h1>The web app is not built into this binary</h1>
<p>The service runs: recording, the API and search work. To get the app, run <code>make build</code> in the source folder and start the new binary.</p>
</html>`

// static holds the built web app, each file compressed once, when it is first asked for.
type static struct {
	files fs.FS
	mu    sync.Mutex
	held  map[string]*file
}

// file is one file ready to be sent.
type file struct {
	body, gzipped []byte // gzipped is nil where that is no gain
	contentType   string
	etag          string // weak: the same for both bodies
}

func newStatic(files fs.FS) *static { return &static{files: files, held: make(map[string]*file)} }

// get returns a file by its slash-separated name, or nil. The files are those of the
// build, so what is held is bounded by it.
func (s *static) get(name string) *file {
	if s.files == nil || !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.held[name]; ok {
		return f
	}
	body, err := fs.ReadFile(s.files, name)
	if err != nil {
		return nil // also for a folder; not remembered, so that asking for names costs no memory
	}
	s.held[name] = newFile(name, body)
	return s.held[name]
}

// contentTypes are those of a web build; the system's table may lack or bend them.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{body: body, etag: `W/"` + hex.EncodeToString(sum[:12]) + `"`, contentType: contentTypes[path.Ext(name)]}
	if f.contentType == "" {
		f.contentType = mime.TypeByExtension(path.Ext(name))
	}
	if f.contentType == "" {
		f.contentType = fiber.MIMEOctetStream
	}
	if len(body) < gzipWorthBytes {
		return f
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return f
	}
	if _, err := w.Write(body); err != nil || w.Close() != nil || packed.Len() >= len(body)*9/10 {
		return f
	}
	f.gzipped = packed.Bytes()
	return f
}

// send answers with a file, or with 304 where the client has it.
func (f *file) send(c *fiber.Ctx, cache string) error {
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderETag, f.etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), f.etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Response().Header.SetContentType(f.contentType)
	if f.gzipped != nil && encodingFor(strings.ReplaceAll(strings.ToLower(c.Get(fiber.HeaderAcceptEncoding)), "zstd", "")) == "gzip" {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Response().SetBodyRaw(f.gzipped)
		return nil
	}
	c.Response().SetBodyRaw(f.body)
	return nil
}

// isAppPage reports whether the web app has pages at a path; see ui/src/routes.tsx.
func isAppPage(path string) bool {
	return path == "/" || path == "/login" || strings.HasPrefix(path, "/p/")
}

// fallback answers what no route did: files of the web app, and its index.html for every other page. Where the
// app has none it shows that it was not found, and the status says so too: /metrics or
// /debug must not look as if they were there. Under /api and /ingest there are no pages.
func (s *Server) fallback(c *fiber.Ctx) error {
	p := c.Path()
	methods := s.allowed(p)
	if len(methods) > 0 {
		c.Set(fiber.HeaderAllow, strings.Join(methods, ", "))
		return fiber.ErrMethodNotAllowed
	}
	for _, closed := range []string{"/api", "/ingest", "/demo"} {
		if p == closed || strings.HasPrefix(p, closed+"/") {
			return errNotFound
		}
	}
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		c.Set(fiber.HeaderAllow, "GET, HEAD")
		return fiber.ErrMethodNotAllowed
	}
	name := strings.TrimPrefix(p, "/")
	hashed := strings.HasPrefix(name, "assets/")
	// The player's document is given out only by getPlayer, with a policy of its own.
	if f := s.static.get(name); f != nil && name != "index.html" && name != "player.html" {
		if hashed {
			return f.send(c, cacheForever)
		}
		return f.send(c, cacheNever)
	}
	if hashed {
		return errNotFound // of another build: a page in its place would be taken for script
	}
	if !isAppPage(p) {
		c.Status(fiber.StatusNotFound)
		c.Request().Header.Del(fiber.HeaderIfNoneMatch) // 304 would say that it is there
	}
	if index := s.static.get("index.html"); index != nil {
		return index.send(c, cacheNever)
	}
	return newFile("index.html", []byte(notBuilt)).send(c, cacheNever)
}

// getPlayer gives out the document that plays recordings. Recorded pages come from
// strangers: the policy makes sure that whatever they hold runs no script and reaches
// nothing but the recorded site's own origins.
func (s *Server) getPlayer(c *fiber.Ctx) error {
	project, err := s.projectOf(c)
	if err != nil {
		return err
	}
	var origins []string
	for _, o := range project.SiteOrigins {
		origin, err := parseOrigin(o) // however it came into the store
		if err != nil {
			return badRequest("the project's site origins: " + err.Error())
		}
		// Ours (the demo shop's) would open the API to the recorded page; the policy has the
		// folders of it that are needed.
		if !s.ownOrigin(c, origin) {
			origins = append(origins, origin)
		}
	}
	document := s.static.get("player.html")
	if document == nil {
		return newProblem(404, "not-built", "Not built", "The web app is not built into this binary; run make build.")
	}
	c.Set(fiber.HeaderContentSecurityPolicy, playerPolicy(origins, string(c.Context().Host())))
	c.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	c.Response().Header.SetContentType(document.contentType)
	c.Response().SetBodyRaw(document.body)
	return nil
}

// getRecorder gives out the recorder under its lasting name.
func (s *Server) getRecorder(c *fiber.Ctx) error { return s.sendRecorder(c, recorderCache) }

// getRecorderByHash gives out the recorder under the name of exactly this build.
func (s *Server) getRecorderByHash(c *fiber.Ctx) error {
	if s.Recorder.Hash == "" || c.Params("hash") != s.Recorder.Hash {
		return errNotFound
	}
	return s.sendRecorder(c, cacheForever)
}

func (s *Server) sendRecorder(c *fiber.Ctx, cache string) error {
	if s.recorder == nil {
		return newProblem(404, "not-built", "Not built", "The recorder is not built into this binary; run make build.")
	}
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*") // for pages that load it with integrity="…"
	return s.recorder.send(c, cache)
}
