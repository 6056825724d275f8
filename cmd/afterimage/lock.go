package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockFile in the data folder is locked by the process that uses the folder. The
// kernel lets go of the lock when the process ends, however it ends.
const lockFile = "lock"

// dataLock holds a data folder for this process.
type dataLock struct{ file *os.File }

// lockData takes the folder, which it makes if it is missing, or says who has it.
func lockData(folder string, command *command) (*dataLock, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		who := holder(f)
		return nil, errors.Join(fmt.Errorf("the data folder %s is in use by %s; stop that process first%s", folder, who, otherWay(command)), f.Close())
	}
	if err == nil {
		err = note(f, command.name)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder %s: %w", folder, err), f.Close())
	}
	return &dataLock{f}, nil
}

// otherWay says what else can be done while a service holds the folder.
func otherWay(c *command) string {
	switch {
	case c.remote:
		return ", or work through the running service with --server URL --token TOKEN"
	case c.group == groupAccess:
		return ", or use the settings of its web app"
	}
	return ""
}

// note writes who holds the lock, for people and for messages.
func note(f *os.File, command string) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d afterimage %s\n", os.Getpid(), command), 0)
	return err
}

// holder reads who holds the lock.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 200))
	pid, command, ok := strings.Cut(strings.TrimSpace(string(text)), " ")
	if err != nil || !ok {
		return "another process"
	}
	return fmt.Sprintf("process %s (%s)", pid, command)
}

// Close lets go of the folder.
func (l *dataLock) Close() error { return l.file.Close() }
