package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// helpWidth is where help breaks lines: the width of the narrowest usual terminal.
const helpWidth = 100

// programHelp prints what the program is and all its commands.
func programHelp(w io.Writer) {
	fmt.Fprint(w, `Afterimage records what users saw and did, and lets a team find, watch and fix it.

Usage: afterimage COMMAND [flags]

To start:  afterimage serve --demo     then open the link it prints

`)
	for _, g := range groups {
		fmt.Fprintf(w, "%s\n", g)
		for _, c := range commands {
			if c.group == g {
				fmt.Fprintf(w, "  %-18s %s\n", c.name, c.summary)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "afterimage COMMAND --help tells all about a command.")
}

// familyAsked is the first word of commands of two words that `help WORD` or `WORD --help` asks for.
func familyAsked(args []string) string {
	switch {
	case len(args) != 2:
		return ""
	case args[0] == "help" && len(subcommands(args[1])) > 0:
		return args[1]
	case slices.Contains([]string{"--help", "-help", "-h"}, args[1]) && len(subcommands(args[0])) > 0:
		return args[0]
	}
	return ""
}

// familyHelp prints the commands that begin with the word given.
func familyHelp(w io.Writer, first string) {
	fmt.Fprintf(w, "Usage: afterimage %s COMMAND [flags]\n\n", first)
	for _, c := range commands {
		if strings.HasPrefix(c.name, first+" ") {
			fmt.Fprintf(w, "  %-18s %s\n", c.name, c.summary)
		}
	}
	fmt.Fprintf(w, "\nafterimage %s COMMAND --help tells all about a command.\n", first)
}

// help prints how a command is used, with all its flags.
func (c *command) help(w io.Writer) {
	fmt.Fprintf(w, "%s.\n\nUsage: afterimage %s", c.summary, c.name)
	if c.args != "" {
		fmt.Fprintf(w, " %s", c.args)
	}
	fmt.Fprint(w, " [flags]\n")
	if c.detail != "" {
		fmt.Fprintf(w, "\n%s\n", c.detail)
	}
	if len(c.options) > 0 {
		fmt.Fprint(w, "\nFlags\n")
		printOptions(w, c.options)
	}
	if c.remote {
		fmt.Fprint(w, "\nThrough a running service (without, the stores are opened, which no other process may hold)\n")
		printOptions(w, remoteOptions)
	}
	if c.serves {
		fmt.Fprint(w, "\nService\n")
		printOptions(w, serveOptions)
	}
	if c.stores {
		fmt.Fprint(w, "\nStores and logs\n")
		printOptions(w, storeOptions)
	}
	if c.stores || c.serves || c.remote {
		fmt.Fprint(w, "\nA flag wins over its environment variable ($NAME), which wins over the default.\n")
	}
}

// printOptions prints flags in two columns, the second one wrapped.
func printOptions(w io.Writer, options []option) {
	width := 0
	for _, o := range options {
		width = max(width, len(o.usage()))
	}
	for _, o := range options {
		text := o.help
		if o.def != "" && o.arg != "" {
			text += " (default " + o.def + ")"
		}
		lines := wrap(text, helpWidth-width-4)
		if o.env != "" {
			lines = append(lines, "$"+o.env)
		}
		for i, line := range lines {
			usage := ""
			if i == 0 {
				usage = o.usage()
			}
			fmt.Fprintf(w, "  %-*s  %s\n", width, usage, line)
		}
	}
}

func (o *option) usage() string {
	if o.arg == "" {
		return "--" + o.flag
	}
	return "--" + o.flag + " " + o.arg
}

// wrap breaks a text into lines of at most width letters, if its words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// subcommands are the second words of the commands that begin with the word given.
func subcommands(first string) []string {
	var out []string
	for _, c := range commands {
		if before, after, two := strings.Cut(c.name, " "); two && before == first {
			out = append(out, after)
		}
	}
	slices.Sort(out)
	return out
}
