package httpapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
)

// visibleProjects are all projects for a person and the one project of a token.
func (s *Server) visibleProjects(c *fiber.Ctx) ([]account.Project, error) {
	if who := whoOf(c); who.byToken {
		p, err := s.Accounts.Project(c.UserContext(), who.token.ProjectID)
		if err != nil {
			return nil, err
		}
		return []account.Project{shown(p)}, nil
	}
	all, err := s.Accounts.Projects(c.UserContext())
	if err != nil {
		return nil, err
	}
	out := make([]account.Project, 0, len(all))
	for _, p := range all {
		out = append(out, shown(p))
	}
	return out, nil
}

// shown makes an empty list of origins [] and not null.
func shown(p account.Project) account.Project {
	if p.SiteOrigins == nil {
		p.SiteOrigins = []string{}
	}
	return p
}

func (s *Server) listProjects(c *fiber.Ctx) error {
	projects, err := s.visibleProjects(c)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, listOf(projects, ""))
}

func (s *Server) createProject(c *fiber.Ctx) error {
	var body struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if whoOf(c).byToken {
		return errOneProject
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	p, err := auth.NewProject(body.ID, body.Name, s.Now())
	if err != nil {
		return err
	}
	if err := s.Accounts.CreateProject(c.UserContext(), p); err != nil {
		return err
	}
	return respond(c, fiber.StatusCreated, shown(p))
}

// projectChange holds what can change of a project; nil stays.
type projectChange struct {
	Name          *string   `json:"name"`
	SiteOrigins   *[]string `json:"siteOrigins"`
	RetentionDays *int      `json:"retentionDays"`
}

func (s *Server) patchProject(c *fiber.Ctx) error {
	p, err := s.projectInPath(c)
	if err != nil {
		return err
	}
	var change projectChange
	if err := decode(c, &change); err != nil {
		return err
	}
	if err := change.apply(&p); err != nil {
		return err
	}
	if err := s.Accounts.UpdateProject(c.UserContext(), p); err != nil {
		return err
	}
	s.keys.forget(p.PublicKey)
	return respond(c, fiber.StatusOK, shown(p))
}

func (change *projectChange) apply(p *account.Project) error {
	if change.Name != nil {
		p.Name = strings.TrimSpace(*change.Name)
		if err := auth.CheckName(p.Name); err != nil {
			return err
		}
	}
	if change.RetentionDays != nil {
		if p.RetentionDays = *change.RetentionDays; p.RetentionDays < 0 || p.RetentionDays > retentionDaysMax {
			return badRequest(fmt.Sprintf("retentionDays: not from 0 (for ever) to %d", retentionDaysMax))
		}
	}
	if change.SiteOrigins == nil {
		return nil
	}
	if len(*change.SiteOrigins) > siteOriginsMax {
		return badRequest(fmt.Sprintf("siteOrigins: more than %d", siteOriginsMax))
	}
	p.SiteOrigins = []string{}
	for i, o := range *change.SiteOrigins {
		origin, err := parseOrigin(o)
		if err != nil {
			return badRequest(fmt.Sprintf("siteOrigins[%d]: %v", i, err))
		}
		if !slices.Contains(p.SiteOrigins, origin) {
			p.SiteOrigins = append(p.SiteOrigins, origin)
		}
	}
	return nil
}

// projectInPath is the project that the path names, if whoever asks may see it.
func (s *Server) projectInPath(c *fiber.Ctx) (account.Project, error) {
	id, err := pathID(c, "project")
	if err != nil {
		return account.Project{}, err
	}
	return s.projectNamed(c, id)
}

func (s *Server) listTokens(c *fiber.Ctx) error {
	p, err := s.projectInPath(c)
	if err != nil {
		return err
	}
	tokens, err := s.Accounts.Tokens(c.UserContext(), p.ID)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, listOf(tokens, ""))
}

// createToken answers with the token's secret, this once.
func (s *Server) createToken(c *fiber.Ctx) error {
	p, err := s.projectInPath(c)
	if err != nil {
		return err
	}
	var body struct {
		Name string       `json:"name"`
		Role account.Role `json:"role"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	secret, token, err := s.Auth.NewToken(c.UserContext(), p.ID, body.Name, body.Role)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusCreated, struct {
		account.Token
		Secret string `json:"token"`
	}{token, secret})
}

func (s *Server) deleteToken(c *fiber.Ctx) error {
	p, err := s.projectInPath(c)
	if err != nil {
		return err
	}
	id, err := pathID(c, "token")
	if err != nil {
		return err
	}
	if err := s.Accounts.DeleteToken(c.UserContext(), p.ID, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
