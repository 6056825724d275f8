package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/auth"
)

var userListCommand = &command{
	name: "user list", group: groupAccess, most: 0, stores: true,
	summary: "List the people who may sign in",
	options: []option{jsonOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			users, err := s.sql.Users(ctx)
			if err != nil {
				return err
			}
			if c.on("json") {
				if users == nil {
					users = []account.User{}
				}
				return c.printJSON(map[string]any{"users": users})
			}
			return c.table("E-MAIL\tROLE\tPASSWORD\tSINCE", func(row func(...any)) {
				for _, u := range users {
					row(u.Email, u.Role, yesNo(u.PasswordHash != ""), time.UnixMilli(u.CreatedAt).Format(dayFormat))
				}
			})
		})
	},
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// linkOption says where the service is, for links.
var linkOption = option{
	flag: "public-url", arg: "URL", env: "AFTERIMAGE_PUBLIC_URL", def: "http://127.0.0.1:8080", check: isURL("http", "https"),
	help: "how browsers reach the service",
}

var userAddCommand = &command{
	name: "user add", group: groupAccess, args: "EMAIL", least: 1, most: 1, stores: true,
	summary: "Add a person, and print a link that signs them in once",
	options: []option{roleOption, linkOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			u, err := s.auth.NewUser(ctx, c.args[0], account.Role(c.str("role")))
			if errors.Is(err, account.ErrExists) {
				return fmt.Errorf("%s is there already (a new link: afterimage user link %s)", c.args[0], c.args[0])
			}
			if err != nil {
				return err
			}
			return c.printLink(ctx, s, u)
		})
	},
}

var userLinkCommand = &command{
	name: "user link", group: groupAccess, args: "EMAIL", least: 1, most: 1, stores: true,
	summary: "Print a link that signs a person in once, for a forgotten password",
	options: []option{linkOption},
	run: func(ctx context.Context, c *call) error {
		return c.withStores(ctx, func(s *stores) error {
			u, err := s.sql.UserByEmail(ctx, c.args[0])
			if errors.Is(err, account.ErrNotFound) {
				return fmt.Errorf("there is nobody with the e-mail %s (see: afterimage user list)", c.args[0])
			}
			if err != nil {
				return err
			}
			return c.printLink(ctx, s, u)
		})
	},
}

// printLink prints a one-time link, alone on standard output.
func (c *call) printLink(ctx context.Context, s *stores, u account.User) error {
	token, err := s.auth.Link(ctx, u.ID)
	if err != nil {
		return err
	}
	c.say("This link signs %s in once, within %s:", u.Email, auth.LinkAge)
	_, err = fmt.Fprintln(c.stdout, loginLink(c.str("public-url"), token))
	return err
}
