package rrweb

// The kinds of a media interaction (rrweb's MediaInteractions).
const (
	mediaPlay  = 0
	mediaPause = 1
)

// media is how an audio or video element plays.
type media struct {
	playing     bool
	current     float64 // seconds, at since
	since       int64   // unix ms, client clock
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

// mediaOf notes how the media elements of a new subtree play.
func (m *Mirror) mediaOf(n *node) {
	n.walk(func(n *node) {
		if n.tag != "audio" && n.tag != "video" {
			return
		}
		d := &media{since: m.at, current: number(n.attr("rr_mediaCurrentTime"), 0), rate: number(n.attr("rr_mediaPlaybackRate"), 1)}
		if state := text(n.attr("rr_mediaState")); state != "" {
			d.playing = state == "played"
		} else {
			d.playing = n.attr("autoplay") != nil
		}
		n.extra().media = d
	})
}

// mediaChanged applies a media interaction.
func (m *Mirror) mediaChanged(ev *Event) {
	n := m.target(ev.Data)
	if n == nil || n.more == nil || n.more.media == nil {
		return
	}
	d := n.more.media
	d.playing = ev.DataType == mediaPlay || ev.DataType != mediaPause && d.playing
	d.since, d.said = ev.Timestamp, true
	r := reader{b: ev.Data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "currentTime":
			d.current = number(r.raw(), d.current)
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
	if !d.playing {
		return d.current
	}
	return d.current + float64(max(0, at-d.since))/1000*d.rate
}
