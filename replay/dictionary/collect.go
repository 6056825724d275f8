package dictionary

import "slices"

// collector copies the chosen chunks out of the sessions, each once, from the newest session that has it.
type collector struct {
	chosen   map[digest]bool // false once it was copied
	missing  int             // chosen chunks that were not copied yet
	room     int             // bytes left
	sessions [][]byte        // what each gave, newest first
	joined   bool            // whether the chunk before this one stands at the end of what was copied, but for bridge
	bridge   []byte          // chosen chunks after it that were copied before
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

func (c *collector) leave() {
	c.joined = false
	c.bridge = c.bridge[:0]
}

// add takes the session's next chunk and reports whether any are still wanted.
func (c *collector) add(chunk []byte) bool {
	id := digestOf(chunk)
	wanted, chosen := c.chosen[id]
	switch {
	case !chosen:
		c.leave()
	case wanted:
		c.chosen[id] = false
		c.missing--
		c.copy(chunk)
	case c.joined && len(c.bridge)+len(chunk) <= bridgeBytesMax:
		c.bridge = append(c.bridge, chunk...)
	default:
		c.leave()
	}
	return c.missing > 0 && c.room > 0
}

// copy appends the bridge, which lets a match run on over a short repetition, and the chunk.
func (c *collector) copy(chunk []byte) {
	if c.room -= len(c.bridge) + len(chunk); c.room < 0 {
		return
	}
	if !c.joined {
		c.runs++
	}
	last := len(c.sessions) - 1
	c.sessions[last] = append(append(c.sessions[last], c.bridge...), chunk...)
	c.chunks++
	c.joined = true
	c.bridge = c.bridge[:0]
}

// dictionary puts the newest session's content last: what is nearer to the data is cheaper to refer to.
func (c *collector) dictionary() []byte {
	slices.Reverse(c.sessions)
	return slices.Concat(c.sessions...)
}
