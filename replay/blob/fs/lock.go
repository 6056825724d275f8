package fs

import (
	"os"
	"syscall"
)

// tryLockAlone locks a folder for this process alone, and reports whether it could.
// Closing the folder, or the end of the process, unlocks it.
func tryLockAlone(dir *os.File) bool {
	return syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// lockShared locks a folder together with others, giving up a lock for itself alone.
func lockShared(dir *os.File) error {
	return os.NewSyscallError("flock", syscall.Flock(int(dir.Fd()), syscall.LOCK_SH))
}
