package dictionary

import "slices"

// collector copies the chosen chunks out of the sessions, each from the newest session that has it.
type collector struct {
	chosen   map[digest]bool // false once it was copied
	missing  int             // how many were not copied yet
	room     int             // bytes left
	sessions [][]byte        // what was copied of each, newest first
	joined   bool            // whether the session's next chunk goes on from what was copied last, or from bridge
	bridge   []byte          // chosen chunks since then that had been copied before
	zeros    []byte          // scratch
	chunks   int
	runs     int
}

func newCollector(chosen map[digest]bool, room int) *collector {
	return &collector{chosen: chosen, missing: len(chosen), room: room}
}

func (c *collector) session(Session) {
	c.sessions = append(c.sessions, nil)
	c.leave()
}

// leave ends the run that is being copied.
func (c *collector) leave() {
	c.joined = false
	c.bridge = c.bridge[:0]
}

// add takes the session's next chunk and reports whether any are still missing.
func (c *collector) add(chunk []byte) bool {
	id := digestOf(chunk)
	missing, chosen := c.chosen[id]
	if !chosen {
		c.zeros, _ = blank(c.zeros, chunk)
		chunk = c.zeros
		id = digestOf(chunk)
		missing, chosen = c.chosen[id]
	}
	switch {
	case !chosen:
		c.leave()
	case missing:
		c.chosen[id] = false
		c.missing--
		c.copy(chunk)
	case c.joined && len(c.bridge)+len(chunk) <= bridgeBytesMax:
		c.bridge = append(c.bridge, chunk...)
	default:
		c.leave()
	}
	return c.missing > 0
}

// copy takes the chunk, and before it the bridge, over which a match can then run on.
func (c *collector) copy(chunk []byte) {
	if len(c.bridge)+len(chunk) > c.room {
		c.leave()
	}
	if len(chunk) > c.room {
		return
	}
	if !c.joined {
		c.runs++
	}
	last := len(c.sessions) - 1
	c.sessions[last] = append(append(c.sessions[last], c.bridge...), chunk...)
	c.room -= len(c.bridge) + len(chunk)
	c.chunks++
	c.joined = true
	c.bridge = c.bridge[:0]
}

// dictionary puts the newest session last: what is nearer to the data is cheaper to refer to.
func (c *collector) dictionary() []byte {
	slices.Reverse(c.sessions)
	return slices.Concat(c.sessions...)
}
