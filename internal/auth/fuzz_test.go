package auth

import "testing"

// No stored hash, however broken, may cost more than the limits allow or panic.
func FuzzParsePHC(f *testing.F) {
	f.Add(decoyHash)
	for _, s := range []string{"", "$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=-1,t=1,p=1$$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err == nil && (h.memoryKiB > argonMemoryMax || h.passes == 0 || h.passes > argonPassesMax || h.lanes == 0 || len(h.key) < 16 || len(h.salt) < 8) {
			t.Errorf("%q is taken as %+v", s, h)
		}
	})
}
