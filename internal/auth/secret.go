package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"github.com/google/uuid"
)

const (
	secretBytes   = 32     // 256 random bits: nothing to guess, so a plain hash is enough to keep
	secretLenMax  = 128    // longer ones were not made here and are not even hashed
	tokenPrefix   = "ait_" // lets people and scanners tell an API token from other secrets
	idPrefixUser  = "usr_"
	idPrefixToken = "tok_"
)

// newSecret returns a fresh secret in URL-safe letters.
func newSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails: the runtime ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashSecret is what is kept of a secret: hex SHA-256. Looking a hash up gives away
// nothing by its timing, because the hash cannot be steered towards a stored one.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newID returns a fresh id. Ids are no secrets.
func newID(prefix string) string { return prefix + uuid.NewString() }
