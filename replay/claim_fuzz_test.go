package replay

import (
	"encoding/json"
	"errors"
	"testing"
)

func FuzzParseClaimFile(f *testing.F) {
	const session = "0192f3a0-0000-7000-8000-000000000001"
	good, err := json.Marshal(claimFile{Version: claimVersion, Session: session, Project: "p", WrappedKey: "AAECAw=="})
	if err != nil {
		f.Fatal(err)
	}
	if _, wrapped, err := parseClaimFile(good, session); err != nil || len(wrapped) != 4 {
		f.Fatalf("%x, %v", wrapped, err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":2,"session":"` + session + `"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, wrapped, err := parseClaimFile(text, session)
		if err == nil && (file.Version != claimVersion || file.Session != session) {
			t.Fatalf("taken for a claim: %+v, %x", file, wrapped)
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
