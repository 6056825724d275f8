package fs

import (
	"errors"
	"os"
	"syscall"
)

// syncData brings a file's bytes and size, but not its times, to stable storage.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
