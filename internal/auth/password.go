package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/afterimage/afterimage/internal/account"
)

// The cost of a password hash: the first of the two settings that OWASP's Password
// Storage Cheat Sheet gives for argon2id, so that a sign-in takes some 20 ms of one core.
const (
	argonMemoryKiB  = 19 * 1024
	argonPasses     = 2
	argonLanes      = 1
	argonSaltBytes  = 16
	argonKeyBytes   = 32
	argonMemoryMax  = 256 * 1024 // a stored hash that asks for more is refused: it was not made here
	argonPassesMax  = 16
	passwordMin     = 10   // characters; NIST SP 800-63B asks for at least 8
	passwordByteMax = 1024 // hashing costs time in proportion
)

// errHash is a stored password hash that is not an argon2id PHC string.
var errHash = errors.New("auth: stored password hash is malformed")

// HashPassword returns the argon2id hash of password as a PHC string with a fresh
// salt, or [account.ErrInvalid] for a password that is too short or too long.
func HashPassword(password string) (string, error) {
	if err := checkPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, argonSaltBytes)
	rand.Read(salt) // never fails: the runtime ends the process instead
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemoryKiB, argonLanes, argonKeyBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonMemoryKiB, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func checkPassword(password string) error {
	switch {
	case !utf8.ValidString(password):
		return fmt.Errorf("password: not valid UTF-8: %w", account.ErrInvalid)
	case utf8.RuneCountInString(password) < passwordMin:
		return fmt.Errorf("password: shorter than %d characters: %w", passwordMin, account.ErrInvalid)
	case len(password) > passwordByteMax:
		return fmt.Errorf("password: longer than %d bytes: %w", passwordByteMax, account.ErrInvalid)
	}
	return nil
}

// matchPassword reports whether password is the one that phc was made of. The
// comparison takes the same time wherever the two differ.
func matchPassword(phc, password string) (bool, error) {
	h, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	key := argon2.IDKey([]byte(password), h.salt, h.passes, h.memoryKiB, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1, nil
}

// phcHash is a parsed argon2id PHC string.
type phcHash struct {
	memoryKiB, passes uint32
	lanes             uint8
	salt, key         []byte
}

func parsePHC(s string) (phcHash, error) {
	var h phcHash
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memoryKiB, &h.passes, &h.lanes); err != nil {
		return h, errHash
	}
	if h.memoryKiB == 0 || h.memoryKiB > argonMemoryMax || h.passes == 0 || h.passes > argonPassesMax || h.lanes == 0 {
		return h, errHash
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(part[4]); err != nil || len(h.salt) < 8 {
		return h, errHash
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(part[5]); err != nil || len(h.key) < 16 {
		return h, errHash
	}
	return h, nil
}

// decoyHash is what the password of somebody who does not exist, or has none, is
// compared with, so that the answer takes as long as for somebody who does. It holds
// the cost of HashPassword and a key that no password is known for.
var decoyHash = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
	argonMemoryKiB, argonPasses, argonLanes,
	base64.RawStdEncoding.EncodeToString(make([]byte, argonSaltBytes)),
	base64.RawStdEncoding.EncodeToString(make([]byte, argonKeyBytes)))
