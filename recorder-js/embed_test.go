package recorderjs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestScriptIsNamedByItsContent(t *testing.T) {
	script, err := Script()
	if errors.Is(err, ErrNotBuilt) {
		if !strings.Contains(err.Error(), "npm run build") {
			t.Errorf("%v does not say what to do", err)
		}
		t.Skip("the recorder was not built before the tests: run `npm run build -w recorder-js`")
	}
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(script)
	hash, err := Hash()
	if err != nil || !strings.HasPrefix(hex.EncodeToString(sum[:]), hash) || len(hash) != hashDigits {
		t.Errorf("hash %q, %v", hash, err)
	}
	name, err := ImmutableName()
	if err != nil || !regexp.MustCompile(`^afterimage-[0-9a-f]{16}\.js$`).MatchString(name) || !strings.Contains(name, hash) {
		t.Errorf("name %q, %v", name, err)
	}
	if !bytes.HasPrefix(script, []byte("/*! Afterimage recorder")) {
		t.Errorf("the script begins with %q", script[:40])
	}
}
