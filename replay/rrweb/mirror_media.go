package rrweb

import "math"

// The kinds of a media interaction (rrweb's MediaInteractions).
const (
	mediaPlay  = 0
	mediaPause = 1
)

// media is how an audio or video element plays.
type media struct {
	playing     bool
	currentUs   int64 // where it played at since, in microseconds, so that nothing is lost in adding up
	since       int64 // unix ms, client clock
	rate        float64
	volume      []byte // JSON values; nil where never said
	muted, loop []byte
	said        bool // by an event, not only by the element's attributes
}

func (d *media) visit(keep func(*[]byte)) {
	keep(&d.volume)
	keep(&d.muted)
	keep(&d.loop)
}

// isMedia reports whether the node is an audio or video element.
func (n *node) isMedia() bool { return n.tag == "audio" || n.tag == "video" }

// mediaOf returns how a media element plays that comes at a time, as its attributes say.
func mediaOf(n *node, at int64) *media {
	d := &media{since: at, currentUs: microseconds(number(n.attr("rr_mediaCurrentTime"), 0)), rate: number(n.attr("rr_mediaPlaybackRate"), 1)}
	if state := text(n.attr("rr_mediaState")); state != "" {
		d.playing = state == "played"
	} else {
		d.playing = n.attr("autoplay") != nil
	}
	return d
}

// sameStart reports whether an element plays as one that comes with the keyframe would.
func (d *media) sameStart(fresh *media) bool {
	return !d.said && !d.playing && !fresh.playing && d.currentUs == fresh.currentUs && d.rate == fresh.rate
}

// mediaChanged applies a media interaction.
func (m *Mirror) mediaChanged(ev *Event) {
	n := m.target(ev.Data)
	if n == nil || n.more == nil || n.more.media == nil {
		return
	}
	d := n.more.media
	d.playing = ev.DataType == mediaPlay || ev.DataType != mediaPause && (d.playing || n.attr("autoplay") != nil)
	d.since, d.said = ev.Timestamp, true
	r := reader{b: ev.Data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "currentTime":
			d.currentUs = microseconds(number(r.raw(), float64(d.currentUs)/1e6))
		case "playbackRate":
			d.rate = number(r.raw(), d.rate)
		case "volume":
			d.volume = m.mem.keep(r.raw())
		case "muted":
			d.muted = m.mem.keep(r.raw())
		case "loop":
			d.loop = m.mem.keep(r.raw())
		default:
			r.skip()
		}
	}
}

// position returns where the element plays at a time, in seconds.
func (d *media) position(at int64) float64 {
	us := d.currentUs
	if d.playing {
		us = microseconds(float64(us)/1e6 + float64(max(0, at-d.since))/1e3*d.rate)
	}
	return float64(us) / 1e6
}

// microseconds rounds seconds, up to some centuries.
func microseconds(seconds float64) int64 {
	const most = 1e10
	return int64(math.Round(min(max(seconds, -most), most) * 1e6))
}
