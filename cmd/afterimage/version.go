package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the build: -ldflags "-X main.version=v1.2.3".
var version = ""

var versionCommand = &command{
	name: "version", group: groupService, most: 0,
	summary: "Print the version",
	options: []option{{flag: "json", help: `print {"version","go","platform"}`}},
	run: func(_ context.Context, c *call) error {
		platform := runtime.GOOS + "/" + runtime.GOARCH
		if c.on("json") {
			return c.printJSON(map[string]string{"version": versionName(), "go": runtime.Version(), "platform": platform})
		}
		_, err := fmt.Fprintf(c.stdout, "afterimage %s (%s, %s)\n", versionName(), runtime.Version(), platform)
		return err
	},
}

// versionName is what the build set, or what Go knows of the source.
func versionName() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}
