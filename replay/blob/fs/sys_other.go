//go:build !linux

package fs

import "os"

// syncData brings a file to stable storage; not every system has a cheaper way.
func syncData(f *os.File) error { return f.Sync() }
