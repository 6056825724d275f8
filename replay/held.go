package replay

import (
	"slices"
	"sync"
)

// held are the values that were used last, by name. Safe for concurrent use.
type held[T any] struct {
	mu     sync.Mutex
	values []named[T] // newest last
}

type named[T any] struct {
	name  string
	value T
}

func (h *held[T]) get(name string) (value T, has bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.values, func(n named[T]) bool { return n.name == name })
	if i < 0 {
		return value, false
	}
	n := h.values[i]
	h.values = append(slices.Delete(h.values, i, i+1), n)
	return n.value, true
}

// put holds a value, unless another reader was first: all are to use the same. It returns what is held, and
// forgets what was used least lately over most values.
func (h *held[T]) put(name string, value T, most int) T {
	if first, has := h.get(name); has {
		return first
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.values = append(h.values, named[T]{name, value})
	if len(h.values) > most {
		h.values = slices.Delete(h.values, 0, 1)
	}
	return value
}

// replace holds a value in the place of the one that is held.
func (h *held[T]) replace(name string, value T, most int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.values = slices.DeleteFunc(h.values, func(n named[T]) bool { return n.name == name })
	h.values = append(h.values, named[T]{name, value})
	if len(h.values) > most {
		h.values = slices.Delete(h.values, 0, 1)
	}
}
