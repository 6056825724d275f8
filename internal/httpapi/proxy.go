package httpapi

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// proxies are the peers whose word about the client is believed.
type proxies []netip.Prefix

func parseProxies(list []string) (proxies, error) {
	var out proxies
	for _, s := range list {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted-proxies: %q is neither an address nor a CIDR range", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (p proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

func peer(c *fiber.Ctx) netip.Addr {
	a, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	return a.Unmap()
}

// clientAddress is where the request comes from: the last address of X-Forwarded-For
// that is not a trusted proxy's, if the peer is one; else the peer. What stands before
// it was written by the client and proves nothing.
func (s *Server) clientAddress(c *fiber.Ctx) netip.Addr {
	at := peer(c)
	if !s.proxies.trust(at) {
		return at
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if at = a.Unmap(); !s.proxies.trust(at) {
			break
		}
	}
	return at
}

// https reports whether the browser speaks HTTPS to us or to the proxy in front.
func (s *Server) https(c *fiber.Ctx) bool {
	if s.Config.PublicURL != "" {
		return strings.HasPrefix(s.Config.PublicURL, "https://")
	}
	if c.Context().IsTLS() {
		return true
	}
	return s.proxies.trust(peer(c)) && strings.EqualFold(c.Get(fiber.HeaderXForwardedProto), "https")
}

// country is the client's, as ISO 3166-1 alpha-2 in upper case, or empty: what the proxy in front
// says, or else what is known of the address. Naming the header is the operator's word that a proxy
// sets it; where trusted proxies are named too, it must come from one of them.
func (s *Server) country(c *fiber.Ctx) string {
	if s.Config.CountryHeader != "" && (len(s.proxies) == 0 || s.proxies.trust(peer(c))) {
		code := strings.ToUpper(c.Get(s.Config.CountryHeader))
		if isCountry(code) {
			return code
		}
	}
	if s.Country == nil {
		return ""
	}
	if code := s.Country(s.clientAddress(c)); isCountry(code) {
		return code
	}
	return ""
}

// isCountry tells whether a code can be one. XX is Cloudflare's word for unknown.
func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z' && code != "XX"
}

// ownOrigin reports whether a browser's Origin header names this service.
func (s *Server) ownOrigin(c *fiber.Ctx, origin string) bool {
	if s.Config.PublicURL != "" && origin == s.Config.PublicURL {
		return true
	}
	scheme, host, ok := strings.Cut(origin, "://")
	return ok && (scheme == "http" || scheme == "https") && host != "" && host == string(c.Context().Host())
}
