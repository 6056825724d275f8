package httpapi

import (
	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
)

// me is who is asking and what they can open.
type me struct {
	User          *account.User     `json:"user"`
	Token         *tokenSelf        `json:"token"`
	Projects      []account.Project `json:"projects"`
	NeedsPassword bool              `json:"needsPassword"`
	DemoURL       string            `json:"demoUrl"`
	Version       string            `json:"version"`
}

type tokenSelf struct {
	Name string       `json:"name"`
	Role account.Role `json:"role"`
}

func (s *Server) getMe(c *fiber.Ctx) error { return s.respondMe(c, whoOf(c)) }

func (s *Server) respondMe(c *fiber.Ctx, who identity) error {
	c.Locals(identityKey{}, who)
	projects, err := s.visibleProjects(c)
	if err != nil {
		return err
	}
	answer := me{Projects: projects, Version: s.Config.Version}
	if s.Demo != nil {
		answer.DemoURL = "/demo/"
	}
	if who.byToken {
		answer.Token = &tokenSelf{Name: who.token.Name, Role: who.token.Role}
	} else {
		answer.User, answer.NeedsPassword = &who.user, who.user.PasswordHash == ""
	}
	return respond(c, fiber.StatusOK, answer)
}

// putMe changes one's own e-mail or password, and signs every other browser out.
func (s *Server) putMe(c *fiber.Ctx) error {
	var change struct {
		Email           *string `json:"email"`
		Password        *string `json:"password"`
		CurrentPassword string  `json:"currentPassword"`
	}
	who := whoOf(c)
	if who.byToken {
		return newProblem(403, "not-allowed", "Not allowed", "A token is nobody's account; sign in to do this.")
	}
	if err := decode(c, &change); err != nil {
		return err
	}
	if change.Email == nil && change.Password == nil {
		return badRequest("body: neither email nor password is to change")
	}
	secret, user, err := s.Auth.UpdateSelf(c.UserContext(), who.user.ID,
		auth.Change{Email: change.Email, Password: change.Password, CurrentPassword: change.CurrentPassword}, s.clientAddress(c).String())
	if err != nil {
		return err
	}
	s.setCookie(c, secret)
	return s.respondMe(c, identity{user: user})
}

// redeem turns a one-time link into a signed-in browser.
func (s *Server) redeem(c *fiber.Ctx) error {
	var body struct {
		Token string `json:"token"`
	}
	if s.site(c) == crossSite {
		return errCrossSite
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	secret, user, err := s.Auth.Redeem(c.UserContext(), body.Token)
	if err != nil {
		return err
	}
	s.setCookie(c, secret)
	return s.respondMe(c, identity{user: user})
}

func (s *Server) login(c *fiber.Ctx) error {
	var body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if s.site(c) == crossSite {
		return errCrossSite
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	secret, user, err := s.Auth.Login(c.UserContext(), body.Email, body.Password, s.clientAddress(c).String())
	if err != nil {
		return err
	}
	s.setCookie(c, secret)
	return s.respondMe(c, identity{user: user})
}

// logout ends this browser's sign-in on the server and drops its cookie.
func (s *Server) logout(c *fiber.Ctx) error {
	if s.site(c) == crossSite {
		return errCrossSite
	}
	if err := s.Auth.Logout(c.UserContext(), c.Cookies(s.cookieName(c))); err != nil {
		return err
	}
	s.setCookie(c, "")
	return c.SendStatus(fiber.StatusNoContent)
}
