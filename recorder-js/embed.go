// Package recorderjs holds the build of the recorder, the script that a site loads to record its pages.
// The build is made by `npm run build` in this folder and embedded from dist/.
package recorderjs

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// ErrNotBuilt is returned where the program was compiled before the recorder was built.
var ErrNotBuilt = errors.New("the recorder is not part of this program: run `npm run build -w recorder-js`, then build again")

// hashDigits is how many hexadecimal digits of SHA-256 name a build: 64 bits, far more than two builds need to differ.
const hashDigits = 16

//go:embed all:dist
var dist embed.FS

// build is the script with the digest that names it.
type build struct {
	script []byte
	hash   string
}

var load = sync.OnceValues(func() (build, error) {
	script, err := dist.ReadFile("dist/afterimage.js")
	if err != nil {
		return build{}, fmt.Errorf("%w (%w)", ErrNotBuilt, err)
	}
	sum := sha256.Sum256(script)
	return build{script: script, hash: hex.EncodeToString(sum[:])[:hashDigits]}, nil
})

// Script returns the bytes of afterimage.js, which the caller must not change, or [ErrNotBuilt].
func Script() ([]byte, error) {
	b, err := load()
	return b.script, err
}

// Hash returns the first 16 hexadecimal digits of the SHA-256 of the script, or [ErrNotBuilt].
func Hash() (string, error) {
	b, err := load()
	return b.hash, err
}

// ImmutableName returns the file name under which this very build may be cached for ever,
// such as afterimage-0123456789abcdef.js, or [ErrNotBuilt].
func ImmutableName() (string, error) {
	b, err := load()
	if err != nil {
		return "", err
	}
	return "afterimage-" + b.hash + ".js", nil
}
