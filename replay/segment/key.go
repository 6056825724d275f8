package segment

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
)

const (
	keyBytes   = 32
	nonceBytes = 12
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

// Equal tells whether both are the same key.
func (k *DataKey) Equal(other *DataKey) bool {
	return subtle.ConstantTimeCompare(k.raw[:], other.raw[:]) == 1
}

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
