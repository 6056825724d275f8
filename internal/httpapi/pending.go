package httpapi

import (
	"context"
	"sync"
	"time"

	"github.com/afterimage/afterimage/replay"
)

// pendingCount is how many sessions wait to be indexed, as every list of sessions tells. While few
// wait, counting them takes microseconds; after an import, when many do, it is not done for each list.
type pendingCount struct {
	mu    sync.Mutex
	until time.Time // when state is too old
	state replay.OutboxState
}

func (p *pendingCount) count(ctx context.Context, outbox replay.Outbox) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begun := time.Now()
	if begun.Before(p.until) {
		return p.state.Pending, nil
	}
	state, err := outbox.OutboxState(ctx)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	p.state, p.until = state, now.Add(pendingShare*now.Sub(begun))
	return state.Pending, nil
}
