package httpapi

import (
	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/internal/account"
)

// route is one line of the table. Whoever may use it has the role need; anybody may
// where it is empty.
type route struct {
	method, path string
	need         account.Role
	handle       fiber.Handler
}

const (
	get, post, put, patch, del, options = fiber.MethodGet, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete, fiber.MethodOptions

	anybody account.Role = ""
	viewer               = account.RoleViewer
	member               = account.RoleMember
	admin                = account.RoleAdmin
)

// table is every route but the files of the web app, which fallback serves.
func (s *Server) table() []route {
	return []route{
		{post, "/ingest/v1/:key/:session/:tab/:seq", anybody, s.ingest},
		{options, "/ingest/v1/:key/:session/:tab/:seq", anybody, s.ingestPreflight},

		{get, "/api/v1/openapi.json", anybody, s.getOpenAPI},
		{post, "/api/v1/auth/redeem", anybody, s.redeem},
		{post, "/api/v1/auth/login", anybody, s.login},
		{post, "/api/v1/auth/logout", anybody, s.logout},
		{get, "/api/v1/me", viewer, s.getMe},
		{put, "/api/v1/me", viewer, s.putMe},

		{get, "/api/v1/projects", viewer, s.listProjects},
		{post, "/api/v1/projects", admin, s.createProject},
		{patch, "/api/v1/projects/:project", admin, s.patchProject},
		{get, "/api/v1/projects/:project/tokens", admin, s.listTokens},
		{post, "/api/v1/projects/:project/tokens", admin, s.createToken},
		{del, "/api/v1/projects/:project/tokens/:token", admin, s.deleteToken},

		{get, "/api/v1/sessions", viewer, s.listSessions},
		{get, "/api/v1/sessions/export", viewer, s.exportSessions}, // before the one that takes any word
		{get, "/api/v1/sessions/:session", viewer, s.getSession},
		{patch, "/api/v1/sessions/:session", member, s.patchSession},
		{del, "/api/v1/sessions/:session", admin, s.eraseSession},
		{get, "/api/v1/sessions/:session/events", viewer, s.getEvents},
		{get, "/api/v1/sessions/:session/moments", viewer, s.getMoments},
		{get, "/api/v1/sessions/:session/stream", viewer, s.streamSession},

		{get, "/api/v1/search/complete", viewer, s.completeQuery},
		{get, "/api/v1/searches", viewer, s.listSearches},
		{post, "/api/v1/searches", member, s.createSearch},
		{put, "/api/v1/searches/:search", member, s.putSearch},
		{del, "/api/v1/searches/:search", member, s.deleteSearch},
		{get, "/api/v1/indexing", admin, s.getIndexing},
		{post, "/api/v1/indexing/retry", admin, s.retryIndexing},
		{post, "/api/v1/indexing/rebuild", admin, s.rebuildIndex},

		{get, "/api/v1/responses", viewer, s.listResponses},
		{post, "/api/v1/responses", member, s.createResponses},
		{patch, "/api/v1/responses/:response", member, s.patchResponse},

		{get, "/healthz", anybody, s.getHealth},
		{get, "/readyz", anybody, s.getReady},
		{get, "/player", viewer, s.getPlayer},
		{get, "/afterimage.js", anybody, s.getRecorder},
		{get, "/afterimage-:hash.js", anybody, s.getRecorderByHash},
	}
}

// mount puts the table into Fiber. Who is asking is checked by the route itself, so
// that an unknown path is 404 for everybody.
func (s *Server) mount() {
	s.routes = s.table()
	s.app.Use(s.observe)
	for _, r := range s.routes {
		handle := r.handle
		if r.need != anybody {
			handle = s.needs(r.need, r.handle)
		}
		if r.method == get {
			s.app.Get(r.path, handle) // HEAD too
		} else {
			s.app.Add(r.method, r.path, handle)
		}
	}
	if s.Demo != nil {
		s.app.All("/demo", s.demo)
		s.app.All("/demo/*", s.demo)
	}
	s.app.Use(s.fallback)
}

// allowed returns the methods that the table has for a path.
func (s *Server) allowed(path string) []string {
	var methods []string
	for _, r := range s.routes {
		if fiber.RoutePatternMatch(path, r.path, fiber.Config{CaseSensitive: true, StrictRouting: true}) {
			methods = append(methods, r.method)
		}
	}
	return methods
}
