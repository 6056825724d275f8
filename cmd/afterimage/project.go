package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
)

const (
	retentionDaysMax = 3650 // as the API has it
	dayFormat        = "2006-01-02"
)

var projectListCommand = &command{
	name: "project list", group: groupAccess, most: 0, stores: true,
	summary: "List the projects",
	options: []option{jsonOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			projects, err := s.sql.Projects(ctx)
			if err != nil {
				return err
			}
			if c.on("json") {
				return c.printJSON(map[string]any{"projects": projects})
			}
			return c.table("ID\tNAME\tPUBLIC KEY\tKEPT FOR\tSITE ORIGINS", func(row func(...any)) {
				for _, p := range projects {
					row(p.ID, p.Name, p.PublicKey, keptFor(p.RetentionDays), strings.Join(p.SiteOrigins, " "))
				}
			})
		})
	},
}

func keptFor(days int) string {
	if days == 0 {
		return "ever"
	}
	return counted(days, "day")
}

// table prints columns on standard output.
func (c *call) table(head string, rows func(row func(cells ...any))) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	rows(func(cells ...any) {
		for i, cell := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	})
	return w.Flush()
}

var projectCreateCommand = &command{
	name: "project create", group: groupAccess, args: "ID", least: 1, most: 1, stores: true,
	summary: "Make a project, and print its public key",
	detail:  "ID stands in URLs: lower-case letters, digits and hyphens.",
	options: []option{{flag: "name", arg: "NAME", help: "what people call it; without, the ID"}, jsonOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			p, err := auth.NewProject(c.args[0], c.str("name"), s.now())
			if err != nil {
				return err
			}
			err = s.sql.CreateProject(ctx, p)
			if errors.Is(err, account.ErrExists) {
				return fmt.Errorf("there is a project %q already", p.ID)
			}
			if err != nil {
				return err
			}
			if c.on("json") {
				return c.printJSON(p)
			}
			_, err = fmt.Fprintln(c.stdout, p.PublicKey)
			return err
		})
	},
}

var projectKeyCommand = &command{
	name: "project key", group: groupAccess, most: 0, stores: true,
	summary: "Print the public key that a site's recorder names",
	detail:  "The key is no secret: it stands in the pages of the site.",
	options: []option{projectOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			p, err := s.project(ctx, c.str("project"))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.stdout, p.PublicKey)
			return err
		})
	},
}

var projectSetCommand = &command{
	name: "project set", group: groupAccess, most: 0, stores: true,
	summary: "Change a project's name, site origins or retention",
	detail: `Site origins are the recorded site's own addresses, such as https://shop.example.com: the player may
load images, fonts and styles from them and from nowhere else.

  afterimage project set --site-origins https://shop.example.com,https://cdn.example.com --retention-days 90`,
	options: []option{
		projectOption,
		{flag: "name", arg: "NAME", check: auth.CheckName, help: "what people call it"},
		{flag: "site-origins", arg: "LIST", check: isOriginList, help: "origins, with commas; empty: none"},
		{flag: "retention-days", arg: "N", check: isWhole(0, retentionDaysMax), help: "erase sessions after so many days; 0: never"},
		jsonOption,
	},
	run: runProjectSet,
}

func runProjectSet(ctx context.Context, c *call) error {
	if !c.set["name"] && !c.set["site-origins"] && !c.set["retention-days"] {
		return usagef("nothing to change: give --name, --site-origins or --retention-days")
	}
	return c.withStores(ctx, func(s *stores) error {
		p, err := s.project(ctx, c.str("project"))
		if err != nil {
			return err
		}
		if c.set["name"] {
			p.Name = strings.TrimSpace(c.str("name"))
		}
		if c.set["site-origins"] {
			p.SiteOrigins = list(c.str("site-origins"))
		}
		if c.set["retention-days"] {
			p.RetentionDays = int(c.num("retention-days"))
		}
		if err := s.sql.UpdateProject(ctx, p); err != nil {
			return err
		}
		if c.on("json") {
			return c.printJSON(p)
		}
		c.say("project %s: %s, kept for %s, site origins: %s", p.ID, p.Name, keptFor(p.RetentionDays), orNone(p.SiteOrigins))
		return nil
	})
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " ")
}

// isOriginList accepts origins (scheme, host and port, nothing after) with commas.
func isOriginList(text string) error {
	for _, o := range list(text) {
		u, err := url.Parse(o)
		if err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" || u.Scheme+"://"+u.Host != o ||
			o != strings.ToLower(o) || strings.ContainsAny(u.Host, " ;,'\"*") {
			return fmt.Errorf("%q is not an origin like https://shop.example.com", o)
		}
	}
	return nil
}
