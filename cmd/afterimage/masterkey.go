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

	"github.com/afterimage/afterimage/replay"
	"github.com/afterimage/afterimage/replay/segment"
)

// keyFile in the data folder holds the master key in base64, if none is configured.
const keyFile = "master.key"

// masterKey returns the key that all recordings are encrypted under. In a data folder
// that holds everything, it is made on the first start; elsewhere it must be given,
// because another node's recordings could not be read with a new one.
func masterKey(c *config) ([32]byte, error) {
	if c.masterKey != "" {
		key, err := segment.ParseMasterKey(c.masterKey)
		if err != nil {
			return key, fmt.Errorf("--master-key: %w", err)
		}
		return key, nil
	}
	if c.databaseURL != "" || c.objectStore != "" {
		return [32]byte{}, errors.New("with a database or an object store elsewhere, the master key must be given: " +
			"make one with `openssl rand -base64 32`, keep it safe, and set $AFTERIMAGE_MASTER_KEY to it in every process; " +
			"without it no recording can be read again")
	}
	path := filepath.Join(c.data, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newMasterKey(c.data, path)
	}
	if err != nil {
		return [32]byte{}, fmt.Errorf("read the master key: %w", err)
	}
	key, err := segment.ParseMasterKey(string(text))
	if err != nil {
		return key, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// newMasterKey makes the key of a data folder that has no recordings yet.
func newMasterKey(folder, path string) ([32]byte, error) {
	var key [32]byte
	if _, err := os.Stat(filepath.Join(folder, "objects", "claims")); err == nil {
		return key, fmt.Errorf("%s is missing, but the data folder holds recordings that were encrypted with it; put the file back, "+
			"or give the key as $AFTERIMAGE_MASTER_KEY", path)
	}
	rand.Read(key[:]) // never fails: the runtime ends the process instead
	if err := writeDurable(path, base64.StdEncoding.EncodeToString(key[:])+"\n"); err != nil {
		return key, fmt.Errorf("keep the master key: %w", err)
	}
	return key, nil
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
		return fmt.Errorf("this is not the master key that the recordings were encrypted with: %w", err)
	}
	return nil
}
