package rrweb

import "bytes"

// canvasBytesMax bounds what is kept of one canvas, in bytes of its events' JSON: some pictures
// at full size. A canvas that is drawn with more commands loses the oldest.
const canvasBytesMax = 1 << 20

// canvasesBytesMax bounds what a keyframe says of all canvases; of those that come last, nothing is said.
const canvasesBytesMax = 4 << 20

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
	}
	c.draws = append(c.draws, m.mem.keep(data))
	c.bytes += len(data)
	for c.bytes > canvasBytesMax && len(c.draws) > 1 {
		c.bytes -= len(c.draws[0])
		c.draws = c.draws[1:]
	}
}

// isPicture reports whether a canvas event is a whole picture: the recorder, when it
// takes pictures of canvases, clears the canvas and draws one, of a file's bytes.
func isPicture(data []byte) bool {
	const picture = `[{"rr_type":"ImageBitmap","args":[{"rr_type":"Blob"`
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) != "commands" {
			r.skip()
			continue
		}
		var properties [2]string
		var args []byte
		n := 0
		for ok := r.open('['); ok; ok = r.more() {
			if n == len(properties) {
				return false
			}
			properties[n], args = command(&r)
			n++
		}
		return properties == [2]string{"clearRect", "drawImage"} && bytes.HasPrefix(args, []byte(picture))
	}
	return false
}

// command reads what is called on a canvas, and with which JSON.
func command(r *reader) (property string, args []byte) {
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "property":
			property = text(r.raw())
		case "args":
			args = r.raw()
		default:
			r.skip()
		}
	}
	return property, args
}
