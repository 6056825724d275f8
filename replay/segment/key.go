package segment

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	keyBytes   = 32
	nonceBytes = 12
	keyIDBytes = 8
	// sealOverhead is what encryption adds: the nonce before, the tag after.
	sealOverhead = nonceBytes + 16
)

// DataKey encrypts one session. Safe for concurrent use.
type DataKey struct {
	aead cipher.AEAD
	raw  [keyBytes]byte
}

// NewDataKey makes a random key.
func NewDataKey() *DataKey {
	var raw [keyBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: the runtime aborts where there is no randomness
	return dataKey(raw)
}

func dataKey(raw [keyBytes]byte) *DataKey { return &DataKey{aead: newAEAD(raw[:]), raw: raw} }

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong key length, which is fixed
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// Seal appends the encryption of plain to dst: nonce, ciphertext and tag.
func (k *DataKey) Seal(dst, plain []byte, associated string) []byte {
	return seal(k.aead, dst, plain, associated)
}

// Open appends the decryption of sealed to dst. An error wraps [ErrCorrupt].
func (k *DataKey) Open(dst, sealed []byte, associated string) ([]byte, error) {
	return open(k.aead, dst, sealed, associated)
}

func seal(aead cipher.AEAD, dst, plain []byte, associated string) []byte {
	var nonce [nonceBytes]byte
	_, _ = rand.Read(nonce[:])
	dst = append(dst, nonce[:]...)
	return aead.Seal(dst, nonce[:], plain, []byte(associated))
}

func open(aead cipher.AEAD, dst, sealed []byte, associated string) ([]byte, error) {
	if len(sealed) < sealOverhead {
		return nil, fmt.Errorf("segment: %w: encrypted bytes cut short", ErrCorrupt)
	}
	plain, err := aead.Open(dst, sealed[:nonceBytes], sealed[nonceBytes:], []byte(associated))
	if err != nil {
		return nil, fmt.Errorf("segment: %w: decryption failed", ErrCorrupt)
	}
	return plain, nil
}

// Keyring wraps data keys with the master key. Safe for concurrent use.
type Keyring struct {
	id   [keyIDBytes]byte
	aead cipher.AEAD
}

// NewKeyring makes a keyring of one master key.
func NewKeyring(master [32]byte) *Keyring {
	k := &Keyring{aead: newAEAD(master[:])}
	sum := sha256.Sum256(master[:])
	copy(k.id[:], sum[:])
	return k
}

// ParseMasterKey reads 32 bytes in base64 or hex, surrounding white space ignored. An
// error wraps [ErrKey].
func ParseMasterKey(text string) ([32]byte, error) {
	var key [32]byte
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != keyBytes {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != keyBytes {
		return key, fmt.Errorf("%w: the master key must be 32 bytes in base64 or hex, as made by: openssl rand -base64 32", ErrKey)
	}
	copy(key[:], raw)
	return key, nil
}

// ID names the master key without telling it, in hex.
func (k *Keyring) ID() string { return hex.EncodeToString(k.id[:]) }

// Wrap encrypts a session's data key.
func (k *Keyring) Wrap(key *DataKey, sessionID string) []byte {
	return seal(k.aead, append([]byte(nil), k.id[:]...), key.raw[:], keyContext(sessionID))
}

// Unwrap decrypts a session's data key. An error wraps [ErrKey].
func (k *Keyring) Unwrap(wrapped []byte, sessionID string) (*DataKey, error) {
	if len(wrapped) != keyIDBytes+sealOverhead+keyBytes {
		return nil, fmt.Errorf("%w: the wrapped key of session %s is malformed", ErrKey, sessionID)
	}
	if string(wrapped[:keyIDBytes]) != string(k.id[:]) {
		return nil, fmt.Errorf("%w: session %s was recorded under the master key %x, this one is %x",
			ErrKey, sessionID, wrapped[:keyIDBytes], k.id)
	}
	raw, err := open(k.aead, nil, wrapped[keyIDBytes:], keyContext(sessionID))
	if err != nil {
		return nil, fmt.Errorf("%w: the wrapped key of session %s does not open", ErrKey, sessionID)
	}
	return dataKey([keyBytes]byte(raw)), nil
}

func keyContext(sessionID string) string { return "afterimage key 1 " + sessionID }
