package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/afterimage/afterimage/internal/account"
)

func TestPasswordHash(t *testing.T) {
	const password = "correct horse battery"
	a, err := HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := HashPassword(password)
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %q and %q", a, b)
	}
	for try, want := range map[string]bool{password: true, password + " ": false, "": false, strings.ToUpper(password): false} {
		if got, err := matchPassword(a, try); got != want || err != nil {
			t.Errorf("%q: %v, %v, want %v", try, got, err, want)
		}
	}
	if ok, err := matchPassword(decoyHash, password); ok || err != nil {
		t.Errorf("decoy: %v, %v", ok, err)
	}
	for _, bad := range []string{"", "x", "$argon2i$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=0,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=19456,t=2,p=1$!$!"} {
		if _, err := matchPassword(bad, password); !errors.Is(err, errHash) {
			t.Errorf("%q: %v, want errHash", bad, err)
		}
	}
	for _, bad := range []string{"short", strings.Repeat("x", passwordByteMax+1), "not\xffvalid utf8"} {
		if _, err := HashPassword(bad); !errors.Is(err, account.ErrInvalid) {
			t.Errorf("%.20q: %v, want ErrInvalid", bad, err)
		}
	}
}

// The decoy must cost what a real hash costs, or the time would tell who exists.
func TestDecoyCostsTheSame(t *testing.T) {
	made, err := HashPassword("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := parsePHC(made)
	b, err := parsePHC(decoyHash)
	if err != nil || a.memoryKiB != b.memoryKiB || a.passes != b.passes || a.lanes != b.lanes || len(a.key) != len(b.key) || len(a.salt) != len(b.salt) {
		t.Errorf("made %+v, decoy %+v, %v", a, b, err)
	}
}

func TestThrottle(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	th := newThrottle(func() time.Time { return now })
	for i := range failuresPerPairMax {
		if wait := th.begin("a@x", "192.0.2.1"); wait != 0 {
			t.Fatalf("try %d has to wait %v", i, wait)
		}
	}
	if wait := th.begin("A@X", "192.0.2.1"); wait != throttleWindow {
		t.Errorf("wait %v, want %v, however the account is spelt", wait, throttleWindow)
	}
	if wait := th.begin("a@x", "192.0.2.2"); wait != 0 {
		t.Errorf("the account is locked for other addresses: %v", wait)
	}
	if wait := th.begin("b@x", "192.0.2.1"); wait != 0 {
		t.Errorf("the address is locked for other accounts: %v", wait)
	}
	now = now.Add(throttleWindow)
	if wait := th.begin("a@x", "192.0.2.1"); wait != 0 {
		t.Errorf("still locked after the window: %v", wait)
	}
	for i := range failuresPerAddressMax {
		th.begin(fmt.Sprintf("user%d@x", i), "2001:db8::1")
	}
	if wait := th.begin("fresh@x", "2001:db8::ffff"); wait == 0 {
		t.Error("an IPv6 client gets fresh tries by changing its address within its /64")
	}
}

func TestThrottleSuccessForgives(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	th := newThrottle(func() time.Time { return now })
	for i := range failuresPerAddressMax * 4 {
		if wait := th.begin("a@x", "192.0.2.1"); wait != 0 {
			t.Fatalf("sign-in %d, all of them right, has to wait %v", i, wait)
		}
		th.succeed("a@x", "192.0.2.1")
	}
}

func TestThrottleIsBounded(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	th := newThrottle(func() time.Time { return now })
	for i := range throttleEntriesMax {
		now = now.Add(time.Microsecond)
		th.begin(fmt.Sprintf("user%d@x", i), fmt.Sprintf("192.0.%d.%d", i/250, i%250))
	}
	if n := len(th.counter); n > throttleEntriesMax {
		t.Errorf("%d counters, want at most %d", n, throttleEntriesMax)
	}
	if th.counter[fmt.Sprintf("account\x00user%d@x", throttleEntriesMax-1)] == nil {
		t.Error("the newest counter was dropped")
	}
}
