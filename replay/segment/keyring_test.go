package segment

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKeyring(t *testing.T) {
	ring, other := NewKeyring([32]byte{1}), NewKeyring([32]byte{2})
	key := NewDataKey()
	wrapped := ring.Wrap(key, testSession)
	got, err := ring.Unwrap(wrapped, testSession)
	if err != nil || !got.Equal(key) || got.Equal(NewDataKey()) {
		t.Fatal(err)
	}
	if _, err := ring.Unwrap(wrapped, "another"); !errors.Is(err, ErrKey) {
		t.Errorf("another session's: %v", err)
	}
	_, err = other.Unwrap(wrapped, testSession)
	if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), ring.ID().String()) || !strings.Contains(err.Error(), other.ID().String()) {
		t.Errorf("another master key: %v", err)
	}
	if bytes.Contains(wrapped, key.raw[:]) {
		t.Error("the key stands in its wrapping")
	}
}

// TestWrappedKeyDamage cuts a wrapped key at every byte and flips every byte: none opens.
func TestWrappedKeyDamage(t *testing.T) {
	ring := NewKeyring([32]byte{1}, [32]byte{2})
	wrapped := ring.Wrap(NewDataKey(), testSession)
	for i := range wrapped {
		if _, err := ring.Unwrap(wrapped[:i], testSession); !errors.Is(err, ErrKey) {
			t.Fatalf("cut at %d: %v", i, err)
		}
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		if _, err := ring.Unwrap(bad, testSession); !errors.Is(err, ErrKey) {
			t.Fatalf("flipped byte %d: %v", i, err)
		}
	}
}

// TestKeyringOfSeveral: whatever the order and number of master keys, a ring opens what any of them
// wrapped and nothing else, and wraps with its first.
func TestKeyringOfSeveral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.ByteRange(0, 9), 1, 6).Draw(t, "keys")
		masters := make([][32]byte, len(numbers))
		for i, n := range numbers {
			masters[i] = [32]byte{n}
		}
		ring := NewKeyring(masters[0], masters[1:]...)
		if ring.ID() != NewKeyring(masters[0]).ID() || ring.IDs()[0] != ring.ID() {
			t.Fatal("the current key is not the first one")
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(numbers)))
		if len(ring.IDs()) != len(distinct) {
			t.Fatalf("%d keys of %v", len(ring.IDs()), numbers)
		}
		for n := range byte(10) {
			key := NewDataKey()
			wrapped := NewKeyring([32]byte{n}).Wrap(key, testSession)
			again, err := ring.Rewrap(wrapped, testSession)
			if known := slices.Contains(numbers, n); known != (err == nil) {
				t.Fatalf("key %d of %v: %v", n, numbers, err)
			} else if !known {
				continue
			}
			if under, err := WrappedUnder(again); err != nil || under != ring.ID() {
				t.Fatalf("wrapped again under %s, want %s: %v", under, ring.ID(), err)
			}
			got, err := NewKeyring(masters[0]).Unwrap(again, testSession)
			if err != nil || !got.Equal(key) {
				t.Fatalf("not the same key: %v", err)
			}
		}
	})
}

func TestParseMasterKeys(t *testing.T) {
	hexKey, base64Key := strings.Repeat("ab", 32), "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
	want := [32]byte(bytes.Repeat([]byte{0xab}, 32))
	for text, n := range map[string]int{
		hexKey: 1, base64Key + "\n": 1, "\n " + strings.ToUpper(hexKey) + "\r\n\n" + base64Key + "\n": 2, hexKey + "," + base64Key + ", " + hexKey: 3,
	} {
		keys, err := ParseMasterKeys(text)
		if err != nil || len(keys) != n || slices.ContainsFunc(keys, func(k [32]byte) bool { return k != want }) {
			t.Errorf("%q: %x, %v", text, keys, err)
		}
	}
	for bad, says := range map[string]string{
		"": "no master key", " \n,": "no master key", "short": "32 bytes", hexKey + "00": "32 bytes", "q6ur": "32 bytes",
		hexKey + "\n" + base64Key[1:]: "number 2 of 2",
	} {
		_, err := ParseMasterKeys(bad)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), hexKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseMasterKeys(f *testing.F) {
	f.Add(strings.Repeat("ab", 32) + "\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n")
	f.Add(",")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParseMasterKeys(text)
		if err != nil {
			return
		}
		// What was read is read again from both spellings.
		var inHex, inBase64 []string
		for _, k := range keys {
			inHex, inBase64 = append(inHex, hex.EncodeToString(k[:])), append(inBase64, base64.StdEncoding.EncodeToString(k[:]))
		}
		for _, again := range []string{strings.Join(inHex, ","), strings.Join(inBase64, "\n")} {
			if got, err := ParseMasterKeys(again); err != nil || !slices.Equal(got, keys) {
				t.Fatalf("%d keys read again: %d, %v", len(keys), len(got), err)
			}
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	ring := NewKeyring([32]byte{1}, [32]byte{2})
	f.Add(ring.Wrap(NewDataKey(), "another session"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, wrapped []byte) {
		if _, err := ring.Unwrap(wrapped, testSession); !errors.Is(err, ErrKey) {
			t.Fatalf("bytes that nobody wrapped open: %v", err)
		}
	})
}
