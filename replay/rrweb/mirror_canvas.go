package rrweb

// canvasBytesMax bounds what is kept of one canvas, in bytes of its events' JSON: some pictures
// at full size. A canvas that is drawn with more commands loses the oldest.
const canvasBytesMax = 1 << 20

// canvas is what was drawn on a canvas since it was last empty.
type canvas struct {
	draws [][]byte // data of canvas events
	bytes int
}

func (c *canvas) visit(keep func(*[]byte)) {
	for i := range c.draws {
		keep(&c.draws[i])
	}
}

func (c *canvas) reset() { c.draws, c.bytes = nil, 0 }

// drawn notes what was drawn on a canvas.
func (m *Mirror) drawn(data []byte) {
	n := m.target(data)
	if n == nil || n.tag != "canvas" {
		return
	}
	x := n.extra()
	if x.canvas == nil {
		x.canvas = &canvas{}
	}
	c := x.canvas
	if isPicture(data) {
		c.reset()
		n.removeAttr("rr_dataURL")
	}
	c.draws = append(c.draws, m.mem.keep(data))
	c.bytes += len(data)
	for c.bytes > canvasBytesMax && len(c.draws) > 1 {
		c.bytes -= len(c.draws[0])
		c.draws = c.draws[1:]
	}
}

// isPicture reports whether a canvas event is a whole picture: the recorder, when it
// takes pictures of canvases, clears the canvas and draws one.
func isPicture(data []byte) bool {
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) != "commands" {
			r.skip()
			continue
		}
		var properties [2]string
		n := 0
		for ok := r.open('['); ok; ok = r.more() {
			if n < len(properties) {
				properties[n] = commandProperty(r.raw())
			} else {
				r.skip()
			}
			n++
		}
		return n == 2 && properties == [2]string{"clearRect", "drawImage"}
	}
	return false
}

func commandProperty(command []byte) string {
	r := reader{b: command}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) == "property" {
			return text(r.raw())
		}
		r.skip()
	}
	return ""
}
