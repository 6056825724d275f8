// Command afterimage is the whole product in one binary: it serves the recorder, the
// ingest, the API and the web app, and does everything that an operator does with
// recordings. `afterimage --help` lists the commands.
package main

import (
	"context"
	"os"
	"syscall"
)

func main() {
	syscall.Umask(0o077) // whatever is written here is private
	os.Exit(run(context.Background(), os.Args[1:], environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv,
	}))
}
