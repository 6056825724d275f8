package httpapi

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
)

// The cookie of a signed-in browser. The __Host- prefix makes the browser refuse one
// that another host of the same domain set; it works only with HTTPS.
const (
	cookieName       = "afterimage"
	cookieNameSecure = "__Host-afterimage"
)

// identity is who makes a request: a person with a cookie, or an API token.
type identity struct {
	user    account.User
	token   account.Token
	byToken bool
}

func (i identity) role() account.Role {
	if i.byToken {
		return i.token.Role
	}
	return i.user.Role
}

// needs lets a handler run only for those who have a role, and lets pages of other
// sites change nothing with a cookie.
func (s *Server) needs(role account.Role, next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, err := s.identify(c)
		if err != nil {
			return err
		}
		if !who.byToken && changes(c) && s.site(c) != sameSite {
			return errCrossSite
		}
		if !who.role().Allows(role) {
			return errRole
		}
		c.Locals(identityKey{}, who)
		return next(c)
	}
}

type identityKey struct{}

// whoOf is the identity that needs found.
func whoOf(c *fiber.Ctx) identity {
	who, _ := c.Locals(identityKey{}).(identity)
	return who
}

// identify reads the bearer token, or else the cookie. A token that is wrong is not
// made up for by a cookie.
func (s *Server) identify(c *fiber.Ctx) (identity, error) {
	if header := c.Get(fiber.HeaderAuthorization); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return identity{}, errSignIn
		}
		token, err := s.Auth.Token(c.UserContext(), strings.TrimSpace(secret))
		return identity{token: token, byToken: true}, asSignIn(err)
	}
	secret := c.Cookies(s.cookieName(c))
	if secret == "" {
		return identity{}, errSignIn
	}
	user, err := s.Auth.User(c.UserContext(), secret)
	return identity{user: user}, asSignIn(err)
}

func asSignIn(err error) error {
	if errors.Is(err, account.ErrExpired) {
		return errSignIn
	}
	return err
}

func changes(c *fiber.Ctx) bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return false
	}
	return true
}

type site int

const (
	unknownSite site = iota // no browser said where the request comes from
	sameSite
	crossSite
)

// site tells from which site a request was made, by the headers that a browser sets
// and no script can.
func (s *Server) site(c *fiber.Ctx) site {
	fetch, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	if fetch != "" && fetch != "same-origin" && fetch != "none" {
		return crossSite
	}
	if origin != "" && !s.ownOrigin(c, origin) {
		return crossSite
	}
	if fetch == "" && origin == "" {
		return unknownSite
	}
	return sameSite
}

func (s *Server) cookieName(c *fiber.Ctx) string {
	if s.https(c) {
		return cookieNameSecure
	}
	return cookieName
}

// setCookie signs the browser in; an empty secret signs it out.
func (s *Server) setCookie(c *fiber.Ctx, secret string) {
	cookie := &fiber.Cookie{Name: s.cookieName(c), Value: secret, Path: "/", HTTPOnly: true, Secure: s.https(c),
		SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(auth.LoginAge.Seconds())}
	if secret == "" {
		cookie.MaxAge, cookie.Expires = 0, cookieDropped
	}
	c.Cookie(cookie)
}

// projectOf is the project that a request is about: the token's own, or the one that a
// person names with ?project=, or the first. Any other is not found.
func (s *Server) projectOf(c *fiber.Ctx) (account.Project, error) {
	return s.projectNamed(c, c.Query("project"))
}

func (s *Server) projectNamed(c *fiber.Ctx, id string) (account.Project, error) {
	if who := whoOf(c); who.byToken {
		if id != "" && id != who.token.ProjectID {
			return account.Project{}, errNotFound
		}
		return s.Accounts.Project(c.UserContext(), who.token.ProjectID)
	}
	if id != "" {
		if !validID(id) {
			return account.Project{}, errNotFound
		}
		return s.Accounts.Project(c.UserContext(), id)
	}
	all, err := s.Accounts.Projects(c.UserContext())
	if err != nil {
		return account.Project{}, err
	}
	if len(all) == 0 {
		return account.Project{}, errNotFound
	}
	return all[0], nil
}
