package segment

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	dictionaryMagic = "AIDICT\x00\x01"
	// dictionaryBytesMax bounds what a dictionary inflates to: with a base and a block it must lie within zstd's window.
	dictionaryBytesMax = 4 << 20
)

// Dictionary is a site dictionary: content that many sessions of one project share. It never changes.
type Dictionary struct {
	// Name is SHA-256 of the content in hex, and what tells apart two that were made of the same content, each under its own key.
	Name    string
	Content []byte
}

// NewDictionary names content.
func NewDictionary(content []byte) *Dictionary {
	var tell [4]byte
	_, _ = rand.Read(tell[:])
	return &Dictionary{Name: contentHash(content) + "-" + hex.EncodeToString(tell[:]), Content: content}
}

// Names reports whether a dictionary of that name has the same content.
func (d *Dictionary) Names(name string) bool {
	hash, _, _ := strings.Cut(d.Name, "-")
	return strings.HasPrefix(name, hash+"-")
}

func contentHash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func dictionaryContext(projectID, name string) string {
	return "afterimage dictionary 1 " + projectID + " " + name
}

// SealDictionary returns the object that holds a dictionary.
func SealDictionary(d *Dictionary, key *DataKey, projectID string) ([]byte, error) {
	zip := takeCompressor(LevelSmall)
	defer giveCompressor(LevelSmall, zip)
	packed, err := zip.encode(nil, d.Content, nil, len(d.Content))
	if err != nil {
		return nil, err
	}
	return key.Seal([]byte(dictionaryMagic), packed, dictionaryContext(projectID, d.Name)), nil
}

// OpenDictionary reads the object that holds the dictionary of that name. Errors wrap [ErrCorrupt].
func OpenDictionary(object []byte, key *DataKey, projectID, name string) (*Dictionary, error) {
	sealed, found := strings.CutPrefix(string(object), dictionaryMagic)
	if !found {
		return nil, fmt.Errorf("segment: %w: no site dictionary", ErrCorrupt)
	}
	packed, err := key.Open(nil, []byte(sealed), dictionaryContext(projectID, name))
	if err != nil {
		return nil, fmt.Errorf("site dictionary: %w", err)
	}
	content, err := CodecZstd.Decode(nil, packed, dictionaryBytesMax)
	if err != nil {
		return nil, fmt.Errorf("segment: %w: site dictionary does not inflate", ErrCorrupt)
	}
	if !strings.HasPrefix(name, contentHash(content)+"-") {
		return nil, fmt.Errorf("segment: %w: the site dictionary is another than its name says", ErrCorrupt)
	}
	return &Dictionary{Name: name, Content: content}, nil
}
