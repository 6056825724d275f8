package segment

import (
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
	Name    string // SHA-256 of the content in hex
	Content []byte
}

// NewDictionary names content.
func NewDictionary(content []byte) *Dictionary {
	sum := sha256.Sum256(content)
	return &Dictionary{Name: hex.EncodeToString(sum[:]), Content: content}
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
	d := NewDictionary(content)
	if d.Name != name {
		return nil, fmt.Errorf("segment: %w: the site dictionary is another than its name says", ErrCorrupt)
	}
	return d, nil
}
