// Package ui holds the web app as built by npm into dist, so that one binary serves it.
// Before the first build the folder is empty but for a placeholder, and [FS] has no
// index.html; whoever serves it says so instead of failing to compile.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built files: index.html (the app), player.html (the document that
// plays recordings) and assets/, whose names carry a content hash and so never change.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for a path that is not valid, and this one is constant
	}
	return sub
}
