package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
)

// keyFile in the data folder holds the master key in base64, if none is configured.
const keyFile = "master.key"

// masterKeys are the keys that the data keys of all recordings are encrypted under.
type masterKeys struct {
	all  [][32]byte // the current one first; the others still open what is under them
	file string     // where they are read from; empty: from the settings alone
}

func (m *masterKeys) ring() *segment.Keyring { return segment.NewKeyring(m.all[0], m.all[1:]...) }

// readMasterKeys reads the keys from where the settings say. In a data folder that holds
// everything, the first one is made on the first start; elsewhere it must be given, because
// another node's recordings could not be read with a new one.
func readMasterKeys(c *config) (m masterKeys, err error) {
	switch {
	case c.masterKey != "" && c.masterKeyFile != "":
		return m, errors.New("--master-key and --master-key-file are both given (or their variables): give one of them")
	case c.masterKey != "":
		m.all, err = segment.ParseMasterKeys(c.masterKey)
		if err == nil && len(m.all) > 1 {
			err = errors.New("it takes one key; the others belong into --previous-master-keys")
		}
		if err != nil {
			return m, fmt.Errorf("--master-key: %w", err)
		}
	case c.masterKeyFile != "":
		m.file = c.masterKeyFile
	case !c.alone():
		return m, errors.New("with a database or an object store elsewhere, the master key must be given: " +
			"make one with `openssl rand -base64 32`, keep it safe, and set $AFTERIMAGE_MASTER_KEY to it in every process " +
			"(or put it into a file and set $AFTERIMAGE_MASTER_KEY_FILE); without it no recording can be read again")
	default:
		m.file = filepath.Join(c.data, keyFile)
	}
	if m.file != "" {
		if m.all, err = readKeyFile(c, m.file); err != nil {
			return m, err
		}
	}
	if c.previousMasterKeys != "" {
		previous, err := segment.ParseMasterKeys(c.previousMasterKeys)
		if err != nil {
			return m, fmt.Errorf("--previous-master-keys: %w", err)
		}
		m.all = append(m.all, previous...)
	}
	return m, nil
}

// readKeyFile reads a file of master keys: one a line, the current one first.
func readKeyFile(c *config, path string) ([][32]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && c.masterKeyFile == "" {
		return newMasterKey(c.data, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	keys, err := segment.ParseMasterKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// newMasterKey makes the key of a data folder that has no recordings yet.
func newMasterKey(folder, path string) ([][32]byte, error) {
	if _, err := os.Stat(filepath.Join(folder, "objects", "claims")); err == nil {
		return nil, fmt.Errorf("%s is missing, but the data folder holds recordings that were encrypted with it; put the file back, "+
			"or give the key as $AFTERIMAGE_MASTER_KEY", path)
	}
	keys := [][32]byte{randomKey()}
	return keys, writeKeyFile(path, keys)
}

func randomKey() (key [32]byte) {
	rand.Read(key[:]) // never fails: the runtime ends the process instead
	return key
}

// writeKeyFile replaces the file of master keys.
func writeKeyFile(path string, keys [][32]byte) error {
	var text strings.Builder
	for _, key := range keys {
		text.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	}
	if err := writeDurable(path, text.String()); err != nil {
		return fmt.Errorf("keep the master key: %w", err)
	}
	return nil
}

// writeDurable makes a file that only this user can read, and that a power loss does
// not take away: nothing may be encrypted with a key that could be lost.
func writeDurable(path, text string) (err error) {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// checkKey makes sure that the master key opens what is stored, before anything is
// stored under another one.
func checkKey(ctx context.Context, store replay.Store, keys *segment.Keyring) error {
	sessions, err := store.Sessions(ctx, replay.SessionFilter{Limit: 1})
	if err != nil || len(sessions) == 0 {
		return err
	}
	claim, err := store.SessionClaim(ctx, sessions[0].ID)
	if errors.Is(err, replay.ErrNotFound) {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	if _, err := keys.Unwrap(claim.WrappedKey, claim.SessionID); err != nil {
		return fmt.Errorf("this is not the master key that the recordings were encrypted with (see: afterimage keys list): %w", err)
	}
	return nil
}
