package auth

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// How many sign-ins may fail in one window before further ones are refused unseen.
// The pair is strict, so that guessing is slow; the account alone is lax, so that a
// stranger cannot lock somebody out with a handful of tries.
const (
	throttleWindow        = 15 * time.Minute
	failuresPerPairMax    = 10  // of one account from one address
	failuresPerAddressMax = 50  // from one address, whoever is tried: an office shares one
	failuresPerAccountMax = 200 // of one account, from wherever
	throttleEntriesMax    = 8192
)

// throttle counts failed sign-ins in memory, so each process counts for itself. It
// holds at most throttleEntriesMax counters and drops the oldest first.
type throttle struct {
	mu      sync.Mutex
	now     func() time.Time
	counter map[string]*counter
}

type counter struct {
	failures int
	began    time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, counter: make(map[string]*counter)}
}

// limitOf names the counters of one try, each with how far it may go.
func limitOf(email, address string) map[string]int {
	account, address := strings.ToLower(email), addressBlock(address)
	return map[string]int{
		"pair\x00" + account + "\x00" + address: failuresPerPairMax,
		"address\x00" + address:                 failuresPerAddressMax,
		"account\x00" + account:                 failuresPerAccountMax,
	}
}

// addressBlock widens an IPv6 address to its /64: one household has that many.
func addressBlock(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// begin counts a try as failed before it is made, so that many at once cannot slip
// through. It returns how long to wait instead, or 0 when the try may be made.
func (t *throttle) begin(email, address string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, limit := t.now(), limitOf(email, address)
	var wait time.Duration
	for key, most := range limit {
		c := t.counter[key]
		if c == nil || now.Sub(c.began) >= throttleWindow {
			continue
		}
		if c.failures >= most {
			wait = max(wait, throttleWindow-now.Sub(c.began))
		}
	}
	if wait > 0 {
		return wait
	}
	for key := range limit {
		t.add(key, now)
	}
	return 0
}

func (t *throttle) add(key string, now time.Time) {
	c := t.counter[key]
	if c == nil {
		t.makeRoom(now)
		c = &counter{began: now}
		t.counter[key] = c
	}
	if now.Sub(c.began) >= throttleWindow {
		*c = counter{began: now}
	}
	c.failures++
}

// makeRoom keeps the map bounded: what is over goes, and if that is not enough the oldest
// eighth, so that the map is gone through once in many tries.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.counter) < throttleEntriesMax {
		return
	}
	maps.DeleteFunc(t.counter, func(_ string, c *counter) bool { return now.Sub(c.began) >= throttleWindow })
	if len(t.counter) < throttleEntriesMax {
		return
	}
	keys := slices.SortedFunc(maps.Keys(t.counter), func(a, b string) int { return t.counter[a].began.Compare(t.counter[b].began) })
	for _, key := range keys[:len(keys)/8] {
		delete(t.counter, key)
	}
}

// succeed forgets the failures of the account from that address, and takes back what
// begin counted elsewhere.
func (t *throttle) succeed(email, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key := range limitOf(email, address) {
		if strings.HasPrefix(key, "pair\x00") {
			delete(t.counter, key)
		} else if c := t.counter[key]; c != nil && c.failures > 0 {
			c.failures--
		}
	}
}
