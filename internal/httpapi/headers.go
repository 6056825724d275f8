package httpapi

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Content security policies. The player's is made per project; see playerPolicy.
const (
	policyNothing = "default-src 'none'; frame-ancestors 'none'"
	policyApp     = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; " +
		"img-src 'self' data: blob:; font-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// The demo shop shows nothing that anybody else wrote.
	policyDemo = "default-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)

// secureHeaders sets what every answer under a path has; handlers may loosen single ones.
func secureHeaders(c *fiber.Ctx, path string) {
	h := &c.Response().Header
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "same-origin")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	switch {
	case strings.HasPrefix(path, "/ingest/"):
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		// Any page may send: the project key is public, no cookie is read, and the answer holds nothing.
		h.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		h.Set(fiber.HeaderContentSecurityPolicy, policyNothing)
	case strings.HasPrefix(path, "/api/"), path == "/healthz", path == "/readyz", path == "/player":
		h.Set(fiber.HeaderContentSecurityPolicy, policyNothing)
		h.Set(fiber.HeaderCacheControl, "no-store")
		h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	case path == "/demo", strings.HasPrefix(path, "/demo/"):
		h.Set(fiber.HeaderContentSecurityPolicy, policyDemo)
		h.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	default:
		h.Set(fiber.HeaderContentSecurityPolicy, policyApp)
	}
}

// playerPolicy is the player document's: script is ours alone, nothing is fetched, and
// images, fonts and styles come from the recorded site's own origins, from our assets
// and from nowhere else. The sandboxed about:blank frame that the recorded page is
// rebuilt in inherits it. Origins must have passed parseOrigin; own is our own host.
func playerPolicy(origins []string, own string) string {
	sites := ""
	for _, o := range origins {
		sites += " " + o
	}
	// Our host as a whole is not listed for images: a recording must not make the
	// viewer's browser ask our API for anything.
	ours := ""
	if hostInPolicy(own) {
		ours = " " + own + "/assets/ " + own + "/demo/"
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'" + sites +
		"; img-src data: blob:" + sites + ours + "; font-src data:" + sites + ours +
		"; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}

// hostInPolicy reports whether a Host header can stand in a policy: name or IPv4, with
// or without a port. IPv6 addresses cannot; there our assets are left out.
func hostInPolicy(host string) bool {
	if host == "" || len(host) > 255 {
		return false
	}
	for _, r := range host {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == ':') {
			return false
		}
	}
	return strings.Count(host, ":") <= 1
}

var errOrigin = errors.New("an origin is http:// or https://, a host and maybe a port, and nothing after it")

// parseOrigin returns an origin in the form browsers send, or an error: what comes out
// goes into a content security policy, so a host holds nothing but letters, digits,
// dots and hyphens.
func parseOrigin(s string) (string, error) {
	u, err := url.Parse(strings.ToLower(strings.TrimSpace(s)))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Path != "" || u.RawQuery != "" ||
		u.Fragment != "" || u.ForceQuery || u.Opaque != "" || strings.HasSuffix(s, "#") {
		return "", errOrigin
	}
	if host := u.Hostname(); !hostInPolicy(u.Host) || host == "" || strings.HasSuffix(u.Host, ":") ||
		strings.HasPrefix(host, ".") || strings.HasPrefix(host, "-") {
		return "", errOrigin
	}
	port := u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return "", errOrigin
	}
	if (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		return u.Scheme + "://" + u.Hostname(), nil
	}
	return u.Scheme + "://" + u.Host, nil
}
