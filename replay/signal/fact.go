package signal

// FactKind says what a [Fact] is of. The numbers are stored: they never change their meaning.
type FactKind uint8

// The kinds of facts. There is no 4.
const (
	FactTime     FactKind = 1  // the recording went on until here; the last fact of a batch
	FactGap      FactKind = 2  // something is missing here: what was awaited cannot be told any more
	FactPage     FactKind = 3  // Ref: URL, Text: title, N: pageMeta or pageTold
	FactLoad     FactKind = 5  // the document was parsed or loaded
	FactDown     FactKind = 6  // the mouse button or a finger went down
	FactClick    FactKind = 7  // Node, X, Y, Text: label, Ref: selector, as far as the recording tells them
	FactReaction FactKind = 8  // the page did something: the first time since the last FactDown or FactClick
	FactError    FactKind = 9  // the first error since the last click; Text: label, Ref: fingerprint
	FactInput    FactKind = 10 // the person typed or chose something in Node
	FactSent     FactKind = 11 // a request that is not a GET ended, N ms after it began; Ref: its host
	FactAnswer   FactKind = 12 // an answer to a survey was given
	FactSlow     FactKind = 13 // a request took N ms; X: status, Text: method, Ref: URL
	FactVital    FactKind = 14 // Text: name of the measure, N: value × 10000
	FactLoaded   FactKind = 15 // the page took N ms to load
	FactBlocked  FactKind = 16 // nothing ran for N ms, until At
	FactPointer  FactKind = 17 // the mouse was at X, Y: where it turned, and at the ends of a batch
)

// How a page is told, in Fact.N.
const (
	pageMeta = 0 // by rrweb's meta event: with each full snapshot
	pageTold = 1 // by the recorder: at each load and each navigation, with the title
)

// Fact is what a detector has to know of one event. Facts are what is left of a batch once everything is
// left out that no detector asks for; they are kept beside the batch, so that signals can be found without
// reading the events again.
type Fact struct {
	At        int64 // unix ms of the recording browser's clock
	Kind      FactKind
	Node      int   // id of an element
	X, Y      int   // px in the window
	N         int64 // an amount, by kind
	Text, Ref string
}

// factsPerBatchMax bounds what one upload adds to the index. A recorder sends every five seconds; a person
// does not do two hundred things a second.
const factsPerBatchMax = 1000

// factBytesPerBatchMax bounds their texts: labels and addresses are short, but nothing forces a recorder to keep them so.
const factBytesPerBatchMax = 64 << 10

// factTextRunes is the longest label in a fact: what the recorder sends is at most 80 characters long.
const factTextRunes = 120

// gatherer makes facts of a batch's events and leaves out those that add nothing. What it keeps does not
// depend on where the stream was cut into batches, but for facts that say again what is known already.
type gatherer struct {
	facts   []Fact
	bytes   int
	full    bool
	firstAt int64 // of the batch's first event

	reacted bool // since the last click, or since the batch began
	erred   bool
	down    int64 // a press that was not told of yet, if isDown
	isDown  bool
	alive   int64 // latest time since the last click
	isAlive bool
	typed   Fact // the last input; not told of yet, if isTyped
	isTyped bool
	inField bool   // typed is of a run that goes on
	sentTo  string // host of the last request told of
	isSent  bool
	path    path
}

// note keeps a fact, unless there are too many.
func (g *gatherer) note(f Fact) {
	if g.full {
		return
	}
	g.bytes += len(f.Text) + len(f.Ref)
	if len(g.facts) >= factsPerBatchMax || g.bytes > factBytesPerBatchMax {
		g.full = true
		g.facts = append(g.facts, Fact{At: f.At, Kind: FactGap})
		return
	}
	g.facts = append(g.facts, f)
}

// lived notes that there was an event.
func (g *gatherer) lived(at int64) {
	if !g.isAlive || at > g.alive {
		g.alive, g.isAlive = at, true
	}
}

// end tells what is still held back.
func (g *gatherer) end() {
	g.settle()
	g.turned()
	if g.isAlive {
		g.facts = append(g.facts, Fact{At: g.alive, Kind: FactTime})
		g.isAlive = false
	}
}

// settle tells the press and the input that were held back.
func (g *gatherer) settle() {
	g.pressed()
	g.entered()
}

func (g *gatherer) pressed() {
	if g.isDown {
		g.isDown = false
		g.note(Fact{At: g.down, Kind: FactDown})
	}
}

func (g *gatherer) entered() {
	if g.isTyped {
		g.isTyped = false
		g.note(g.typed)
	}
	g.inField = false
}

// turned tells where the mouse was.
func (g *gatherer) turned() {
	for _, p := range g.path.take() {
		g.note(Fact{At: p.at, Kind: FactPointer, X: p.x, Y: p.y})
	}
}

// press holds back that the button went down: only the last one before a click or a reaction matters.
func (g *gatherer) press(at int64) {
	g.down, g.isDown, g.reacted = at, true, false
}

// react notes that the page did something.
func (g *gatherer) react(at int64) {
	if g.reacted {
		return
	}
	g.pressed()
	g.reacted = true
	g.note(Fact{At: at, Kind: FactReaction})
}

func (g *gatherer) clicked(f Fact) {
	g.settle()
	g.note(f)
	g.reacted, g.erred, g.isAlive = false, false, false
	g.lived(f.At)
}

func (g *gatherer) opened(f Fact) {
	g.settle()
	g.turned()
	g.note(f)
	g.reacted = true // opening a page is one
}

func (g *gatherer) failed(f Fact) {
	if !g.erred {
		g.erred = true
		g.note(f)
	}
}

// entry notes an input. Of a run of inputs into one field, the first and the last are told.
func (g *gatherer) entry(at int64, node int) {
	f := Fact{At: at, Kind: FactInput, Node: node}
	again := g.inField && g.typed.Node == node
	if !again {
		g.entered()
		g.note(f)
	}
	g.typed, g.inField, g.isTyped = f, true, again
	g.isSent = false // what is sent from now on may hold it
}

// sent notes a request that may have sent a form: the first to each host that began since the last input.
func (g *gatherer) sent(f Fact) {
	if g.isSent && g.sentTo == f.Ref {
		return
	}
	g.entered()
	g.note(f)
	began := f.At - f.N
	if began >= max(g.firstAt, g.typed.At) {
		g.sentTo, g.isSent = f.Ref, true
	}
}
