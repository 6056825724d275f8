package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// environment is what a run takes from outside.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// command is one line of the command table.
type command struct {
	name    string // one or two words
	group   string
	args    string // how its arguments are called in help
	least   int    // how many arguments it needs
	most    int    // and takes; -1: any number
	summary string // one line, no full stop
	detail  string
	options []option
	stores  bool // opens the stores: takes storeOptions
	serves  bool // takes serveOptions
	remote  bool // can work through a running service: takes remoteOptions
	run     func(ctx context.Context, c *call) error
}

// The groups of commands, in the order of the help.
const (
	groupService    = "Service"
	groupRecordings = "Recordings"
	groupStores     = "Stores"
	groupAccess     = "Access"
	groupMeasuring  = "Measuring"
)

var groups = []string{groupService, groupRecordings, groupStores, groupAccess, groupMeasuring}

// remoteOptions say which running service a command works through.
var remoteOptions = []option{
	{flag: "server", arg: "URL", env: "AFTERIMAGE_SERVER", check: isURL("http", "https"), help: "address of the service"},
	{flag: "token", arg: "TOKEN", env: "AFTERIMAGE_TOKEN", help: "API token, made with `afterimage token create`"},
}

// jsonOption is taken by commands that can print their result for programs.
var jsonOption = option{flag: "json", help: "print the result as JSON on standard output"}

// projectOption chooses a project.
var projectOption = option{flag: "project", arg: "ID", check: isNotEmpty, help: "the project; without, the first one"}

// call is one run of a command.
type call struct {
	environment
	command *command
	values
	config
	args []string
	log  *slog.Logger
}

// commands is the command table; it is filled by init because help refers to it.
var commands []*command

func init() {
	commands = []*command{
		serveCommand, healthcheckCommand, versionCommand,
		importCommand, exportCommand, eraseCommand, sealCommand,
		verifyCommand, reindexCommand, usageCommand,
		keysListCommand, keysRotateCommand,
		projectListCommand, projectCreateCommand, projectKeyCommand, projectSetCommand,
		tokenCreateCommand, tokenListCommand, tokenRevokeCommand,
		userListCommand, userAddCommand, userLinkCommand,
		benchIngestCommand, benchVerifyCommand, benchSealCommand, benchPlayCommand, benchSearchCommand,
	}
}

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, args []string, env environment) int {
	if first := familyAsked(args); first != "" {
		familyHelp(env.stdout, first)
		return exitOK
	}
	c, rest, err := find(args)
	if err == nil && c == nil {
		programHelp(env.stdout)
		return exitOK
	}
	if err != nil {
		return report(env, c, err)
	}
	err = c.call(ctx, rest, env)
	if errors.Is(err, errHelp) {
		c.help(env.stdout)
		return exitOK
	}
	return report(env, c, err)
}

// report prints an error and returns the exit status that goes with it.
func report(env environment, c *command, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(env.stderr, "afterimage: %v\n", err)
		if usage.hint != "" {
			fmt.Fprintln(env.stderr, usage.hint)
		}
		help := "afterimage --help"
		if c != nil {
			help = "afterimage " + c.name + " --help"
		}
		fmt.Fprintf(env.stderr, "See: %s\n", help)
		return exitUsage
	}
	for line := range strings.SplitSeq(err.Error(), "\n") { // joined errors stand on lines of their own
		fmt.Fprintf(env.stderr, "afterimage: %s\n", line)
	}
	return exitFailed
}

// errReported ends a command with exit status 1 whose failures have been printed.
var errReported = errors.New("reported")

// find returns the command that the arguments begin with, and what follows its name;
// no command where help of the program is asked for.
func find(args []string) (*command, []string, error) {
	if len(args) == 0 || slices.Contains([]string{"help", "--help", "-help", "-h"}, args[0]) {
		if len(args) > 1 && args[0] == "help" {
			c, _, err := find(args[1:])
			return c, []string{"--help"}, err
		}
		return nil, nil, nil
	}
	if args[0] == "--version" {
		return versionCommand, nil, nil
	}
	for _, c := range commands {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return c, args[len(words):], nil
		}
	}
	if subs := subcommands(args[0]); len(subs) > 0 {
		e := &usageError{why: fmt.Sprintf("%s needs to be told what to do: %s", args[0], strings.Join(subs, ", "))}
		if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
			e.why = fmt.Sprintf("unknown command %q; there is %s %s", args[0]+" "+args[1], args[0], strings.Join(subs, ", "))
		}
		return nil, nil, e
	}
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i], _, _ = strings.Cut(c.name, " ")
	}
	e := &usageError{why: fmt.Sprintf("unknown command %q", args[0])}
	if near := nearest(args[0], names); near != "" {
		e.hint = fmt.Sprintf("Did you mean %q?", near)
	}
	return nil, nil, e
}

// call parses the rest of the command line and runs the command. An interrupt ends its
// context; a second one ends the process.
func (c *command) call(ctx context.Context, args []string, env environment) error {
	options := slices.Clone(c.options)
	for _, more := range []struct {
		takes   bool
		options []option
	}{{c.remote, remoteOptions}, {c.serves, serveOptions}, {c.stores, storeOptions}} {
		if more.takes {
			options = append(options, more.options...)
		}
	}
	v, rest, err := parse(args, options, env.getenv)
	if err != nil {
		return err
	}
	if len(rest) < c.least {
		return usagef("%s needs %s", c.name, c.args)
	}
	if c.most >= 0 && len(rest) > c.most {
		return usagef("%s: %q is one argument too many", c.name, rest[c.most])
	}
	k := &call{environment: env, command: c, values: v, config: configOf(v), args: rest}
	k.log = newLog(env.stderr, k.logLevel, k.logFormat, c.serves)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so that a second signal has its usual effect
	return c.run(ctx, k)
}

// newLog makes the log. Commands other than serve say what matters themselves, so
// theirs is quiet below warnings unless asked for.
func newLog(w io.Writer, level, format string, serves bool) *slog.Logger {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		at = slog.LevelInfo // commands without stores have no such option
	}
	if !serves && at == slog.LevelInfo {
		at = slog.LevelWarn
	}
	options := &slog.HandlerOptions{Level: at}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// printJSON prints one value on one line of standard output.
func (c *call) printJSON(v any) error {
	enc := json.NewEncoder(c.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// say prints a line for a person on standard error.
func (c *call) say(format string, args ...any) { fmt.Fprintf(c.stderr, format+"\n", args...) }
