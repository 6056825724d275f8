package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/afterimage/afterimage/internal/account"
)

var isRole = isOneOf(string(account.RoleViewer), string(account.RoleMember), string(account.RoleAdmin))

var roleOption = option{
	flag: "role", arg: "ROLE", def: string(account.RoleViewer), check: isRole,
	help: "viewer: see and play; member: and triage; admin: and erase and configure",
}

var tokenCreateCommand = &command{
	name: "token create", group: groupAccess, most: 0, stores: true,
	summary: "Make an API token, and print it",
	detail:  "The token is printed once, alone on standard output; only its hash is kept.",
	options: []option{
		projectOption, roleOption,
		{flag: "name", arg: "NAME", def: "command line", help: "what the token is for, to tell it from others"},
		{flag: "json", help: `print {"token","id","name","project","role"}`},
	},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			p, err := s.project(ctx, c.str("project"))
			if err != nil {
				return err
			}
			secret, token, err := s.auth.NewToken(ctx, p.ID, c.str("name"), account.Role(c.str("role")))
			if err != nil {
				return err
			}
			if c.on("json") {
				return c.printJSON(map[string]any{"token": secret, "id": token.ID, "name": token.Name, "project": p.ID, "role": token.Role})
			}
			_, err = fmt.Fprintln(c.stdout, secret)
			return err
		})
	},
}

var tokenListCommand = &command{
	name: "token list", group: groupAccess, most: 0, stores: true,
	summary: "List the API tokens of a project",
	options: []option{projectOption, jsonOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			p, err := s.project(ctx, c.str("project"))
			if err != nil {
				return err
			}
			tokens, err := s.sql.Tokens(ctx, p.ID)
			if err != nil {
				return err
			}
			if c.on("json") {
				if tokens == nil {
					tokens = []account.Token{}
				}
				return c.printJSON(map[string]any{"tokens": tokens})
			}
			return c.table("ID\tNAME\tROLE\tMADE", func(row func(...any)) {
				for _, t := range tokens {
					row(t.ID, t.Name, t.Role, time.UnixMilli(t.CreatedAt).Format(dayFormat))
				}
			})
		})
	},
}

var tokenRevokeCommand = &command{
	name: "token revoke", group: groupAccess, args: "ID", least: 1, most: 1, stores: true,
	summary: "Make an API token worthless",
	detail:  "ID is that of `afterimage token list`, not the token itself.",
	options: []option{projectOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			p, err := s.project(ctx, c.str("project"))
			if err != nil {
				return err
			}
			tokens, err := s.sql.Tokens(ctx, p.ID)
			if err != nil {
				return err
			}
			for _, t := range tokens {
				if t.ID != c.args[0] {
					continue
				}
				err := s.sql.DeleteToken(ctx, p.ID, t.ID)
				if err == nil || errors.Is(err, account.ErrNotFound) {
					c.say("token %s (%s) revoked", t.ID, t.Name)
					return nil
				}
				return err
			}
			return fmt.Errorf("project %s has no token with the id %s (see: afterimage token list)", p.ID, c.args[0])
		})
	},
}
