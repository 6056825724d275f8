package segment

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	keyIDBytes   = 8
	wrappedBytes = keyIDBytes + sealOverhead + keyBytes
)

// MasterKeyID names a master key without telling it: the first bytes of its SHA-256.
type MasterKeyID [keyIDBytes]byte

// String is the id in hex.
func (id MasterKeyID) String() string { return hex.EncodeToString(id[:]) }

// WrappedUnder tells which master key a wrapped data key is under. An error wraps [ErrKey].
func WrappedUnder(wrapped []byte) (MasterKeyID, error) {
	if len(wrapped) != wrappedBytes {
		return MasterKeyID{}, fmt.Errorf("%w: a wrapped key has %d bytes, this one %d", ErrKey, wrappedBytes, len(wrapped))
	}
	return MasterKeyID(wrapped[:keyIDBytes]), nil
}

// Keyring wraps data keys with the current master key, and opens what is wrapped with that
// or with a previous one. Safe for concurrent use.
type Keyring struct{ keys []masterKey } // the current one first

type masterKey struct {
	id   MasterKeyID
	aead cipher.AEAD
}

// NewKeyring makes a keyring of the current master key and of any others that still open
// data keys. One that is given twice counts once.
func NewKeyring(current [32]byte, previous ...[32]byte) *Keyring {
	k := &Keyring{}
	for _, master := range append([][32]byte{current}, previous...) {
		sum := sha256.Sum256(master[:])
		id := MasterKeyID(sum[:keyIDBytes])
		if !slices.Contains(k.IDs(), id) {
			k.keys = append(k.keys, masterKey{id, newAEAD(master[:])})
		}
	}
	return k
}

// ParseMasterKeys reads one or more master keys, each 32 bytes in base64 or hex, with white space
// or commas between them. An error wraps [ErrKey]; it repeats nothing of the text.
func ParseMasterKeys(text string) ([][32]byte, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: there is no master key", ErrKey)
	}
	keys := make([][32]byte, len(words))
	for i, word := range words {
		raw, err := hex.DecodeString(word)
		if err != nil || len(raw) != keyBytes {
			raw, err = base64.StdEncoding.DecodeString(word)
		}
		if err != nil || len(raw) != keyBytes {
			return nil, fmt.Errorf("%w: number %d of %d: a master key must be 32 bytes in base64 or hex, as made by: openssl rand -base64 32",
				ErrKey, i+1, len(words))
		}
		keys[i] = [32]byte(raw)
	}
	return keys, nil
}

// ID names the current master key.
func (k *Keyring) ID() MasterKeyID { return k.keys[0].id }

// IDs names all master keys, the current one first.
func (k *Keyring) IDs() []MasterKeyID {
	ids := make([]MasterKeyID, len(k.keys))
	for i := range k.keys {
		ids[i] = k.keys[i].id
	}
	return ids
}

// Wrap encrypts the data key of a session, or of a site dictionary, with the current master key. The owner
// is the session's id or the dictionary's name.
func (k *Keyring) Wrap(key *DataKey, owner string) []byte {
	current := &k.keys[0]
	return seal(current.aead, append([]byte(nil), current.id[:]...), key.raw[:], keyContext(owner))
}

// Unwrap decrypts an owner's data key with the master key it is wrapped with. An error wraps [ErrKey].
func (k *Keyring) Unwrap(wrapped []byte, owner string) (*DataKey, error) {
	id, err := WrappedUnder(wrapped)
	if err != nil {
		return nil, fmt.Errorf("the key of %s: %w", owner, err)
	}
	at := slices.IndexFunc(k.keys, func(m masterKey) bool { return m.id == id })
	if at < 0 {
		return nil, fmt.Errorf("%w: the key of %s is under the master key %s, which is not given; given is %s",
			ErrKey, owner, id, k.names())
	}
	raw, err := open(k.keys[at].aead, nil, wrapped[keyIDBytes:], keyContext(owner))
	if err != nil {
		return nil, fmt.Errorf("%w: the wrapped key of %s does not open", ErrKey, owner)
	}
	return dataKey([keyBytes]byte(raw)), nil
}

func (k *Keyring) names() string {
	var names []string
	for _, id := range k.IDs() {
		names = append(names, id.String())
	}
	return strings.Join(names, ", ")
}

// Rewrap returns the same data key wrapped with the current master key. An error wraps [ErrKey].
func (k *Keyring) Rewrap(wrapped []byte, owner string) ([]byte, error) {
	key, err := k.Unwrap(wrapped, owner)
	if err != nil {
		return nil, err
	}
	return k.Wrap(key, owner), nil
}

func keyContext(owner string) string { return "afterimage key 1 " + owner }
