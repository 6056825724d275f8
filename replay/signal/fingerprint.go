package signal

import (
	"crypto/sha256"
	"encoding/hex"
)

// fingerprint tells faults apart: 16 hex digits that are the same for the same fault.
func fingerprint(e *exceptionData) string {
	sum := sha256.Sum256([]byte(e.Type + "\x00" + e.Message))
	return hex.EncodeToString(sum[:8])
}
