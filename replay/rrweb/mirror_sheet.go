package rrweb

import "slices"

// Bounds of what is kept of one style sheet that script changes: rules, changes and how far
// back a change is looked up that a later one undoes. Pages that write all their styles by
// script have some thousand rules; what is above is left out.
const (
	rulesMax       = 1 << 16
	ruleOpsMax     = 1 << 14
	ruleLookback   = 1 << 11
	ruleDepthMax   = 32
	styleTextsMax  = 64      // text nodes of a style that are looked at; frameworks write one, or one for each component
	styleSheetsMax = 1 << 12 // constructed style sheets of a page
)

// sheet is what script did to a style sheet.
type sheet struct {
	whole    bool     // rules is all that is in it, but for ops
	rules    [][]byte // JSON strings
	ops      []ruleOp // what came after, in order
	document int64    // id of the document of a constructed style sheet
}

// The kinds of change to a style sheet.
const (
	opInsert = iota
	opDelete
	opSet     // a declaration of a rule
	opUnset   // likewise
	opReplace // the whole text
)

// ruleOp is one change to a style sheet.
type ruleOp struct {
	kind     uint8
	index    []int32 // of the rule, then of the rule within it and so on
	property string  // of a declaration
	value    []byte  // JSON: the rule, the declaration or the text
}

func (op *ruleOp) top() bool { return len(op.index) == 1 && op.kind <= opDelete }

func (s *sheet) visit(keep func(*[]byte)) {
	for i := range s.rules {
		keep(&s.rules[i])
	}
	for i := range s.ops {
		keep(&s.ops[i].value)
	}
}

// sheetOf returns the style sheet that an event changes, nil if there is none.
func (m *Mirror) sheetOf(id, styleID int64) *sheet {
	if styleID != 0 {
		return m.sheets[styleID]
	}
	n := m.nodes[id]
	if n == nil || n.tag != "style" && n.tag != "link" {
		return nil
	}
	x := n.extra()
	if x.sheet == nil {
		x.sheet = &sheet{whole: n.isEmptyStyle()}
	}
	return x.sheet
}

// isEmptyStyle reports whether a style element has no text, so that all its rules come from script.
func (n *node) isEmptyStyle() bool {
	if n.tag != "style" || n.attr("_cssText") != nil {
		return false
	}
	looked := 0
	for c := n.first; c != nil; c = c.follow {
		if looked++; c.kind == kindText && len(c.text) > 2 || looked > styleTextsMax {
			return false
		}
	}
	return true
}

// rulesChanged applies a change of rules.
func (m *Mirror) rulesChanged(data []byte) {
	var id, styleID int64
	var adds, removes reader
	var replace, replaceSync []byte
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "styleId":
			styleID, _ = r.integer()
		case "adds":
			adds.b = r.raw()
		case "removes":
			removes.b = r.raw()
		case "replace":
			replace = r.raw()
		case "replaceSync":
			replaceSync = r.raw()
		default:
			r.skip()
		}
	}
	s := m.sheetOf(id, styleID)
	if s == nil {
		return
	}
	m.insertRules(s, &adds)
	for ok := removes.open('['); ok; ok = removes.more() {
		if op := readRuleOp(&removes); len(op.index) > 0 {
			op.kind = opDelete
			s.remove(op)
		}
	}
	for _, css := range [][]byte{replace, replaceSync} {
		if isString(css) && styleID != 0 { // a sheet of an element cannot be replaced
			s.whole, s.rules = false, nil
			s.ops = append(s.ops[:0], ruleOp{kind: opReplace, value: m.mem.keep(css)})
		}
	}
}

func (m *Mirror) insertRules(s *sheet, adds *reader) {
	for ok := adds.open('['); ok; ok = adds.more() {
		op := readRuleOp(adds)
		if !isString(op.value) {
			continue
		}
		if len(op.index) == 0 {
			op.index = []int32{0}
		}
		op.value = m.mem.keep(op.value)
		s.insert(op)
	}
}

// readRuleOp reads an entry of adds or removes, or what a declaration event says of a rule.
func readRuleOp(r *reader) (op ruleOp) {
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "rule":
			op.value = r.raw()
		case "index":
			op.index = readIndex(r)
		default:
			r.skip()
		}
	}
	return op
}

// readIndex reads where a rule is: a number, or one for each level. nil where there is none.
func readIndex(r *reader) []int32 {
	var index []int32
	take := func() {
		v, ok := r.integer()
		if !ok || v < 0 || v > rulesMax*2 || len(index) > ruleDepthMax {
			v = rulesMax * 2
		}
		index = append(index, int32(v))
	}
	switch c := r.peek(); {
	case c == '[':
		for ok := r.open('['); ok; ok = r.more() {
			if len(index) > ruleDepthMax {
				r.skip()
				continue
			}
			take()
		}
	case c == '-' || c >= '0' && c <= '9':
		take()
	default:
		r.skip()
	}
	return index
}

func (s *sheet) insert(op ruleOp) {
	op.kind = opInsert
	if !s.whole || len(s.ops) > 0 || !op.top() {
		s.push(op)
		return
	}
	if len(s.rules) < rulesMax {
		s.rules = slices.Insert(s.rules, min(int(op.index[0]), len(s.rules)), op.value)
	}
}

// remove deletes a rule. One that an earlier change inserted goes with that change.
func (s *sheet) remove(op ruleOp) {
	if !op.top() {
		s.push(op)
		return
	}
	if s.whole && len(s.ops) == 0 {
		if i := int(op.index[0]); i < len(s.rules) {
			s.rules = slices.Delete(s.rules, i, i+1)
		}
		return
	}
	if at := s.inserted(op.index[0]); at >= 0 {
		s.undo(at)
		return
	}
	s.push(op)
}

// inserted returns which change inserted the rule that is at an index now, -1 if none is known to have.
func (s *sheet) inserted(index int32) int {
	for i := len(s.ops) - 1; i >= max(0, len(s.ops)-ruleLookback); i-- {
		op := &s.ops[i]
		switch {
		case op.kind == opReplace:
			return -1
		case !op.top():
		case op.kind == opInsert && op.index[0] == index:
			return i
		case op.kind == opInsert && op.index[0] < index:
			index--
		case op.kind == opDelete && op.index[0] <= index:
			index++
		}
	}
	return -1
}

// undo takes back the insertion that is the at-th change, with all that changed the rule since.
func (s *sheet) undo(at int) {
	index := s.ops[at].index[0]
	kept := s.ops[:at]
	for _, op := range s.ops[at+1:] {
		first := &op.index[0]
		switch {
		case op.top() && op.kind == opInsert && *first <= index:
			index++
		case op.top() && op.kind == opDelete && *first < index:
			index--
		case *first > index:
			*first--
		case !op.top() && *first == index:
			continue
		}
		kept = append(kept, op)
	}
	clear(s.ops[len(kept):])
	s.ops = kept
}

func (s *sheet) push(op ruleOp) {
	if len(s.ops) < ruleOpsMax {
		s.ops = append(s.ops, op)
	}
}

// declarationChanged applies a change of one declaration of a rule.
func (m *Mirror) declarationChanged(data []byte) {
	var id, styleID int64
	var op ruleOp
	var set, unset []byte
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "styleId":
			styleID, _ = r.integer()
		case "index":
			op.index = readIndex(&r)
		case "set":
			set = r.raw()
		case "remove":
			unset = r.raw()
		default:
			r.skip()
		}
	}
	s := m.sheetOf(id, styleID)
	if s == nil || len(op.index) == 0 {
		return
	}
	for i, value := range [][]byte{set, unset} {
		if len(value) > 0 && value[0] == '{' {
			op.kind, op.value, op.property = opSet+uint8(i), m.mem.keep(value), declared(value)
			s.declare(op)
		}
	}
}

// declared returns the property that a change of a declaration names.
func declared(value []byte) string {
	r := reader{b: value}
	for ok := r.open('{'); ok; ok = r.more() {
		if string(r.key()) == "property" {
			return text(r.raw())
		}
		r.skip()
	}
	return ""
}

// declare notes a changed declaration instead of what was said before of the same one.
func (s *sheet) declare(op ruleOp) {
	for i := len(s.ops) - 1; i >= max(0, len(s.ops)-ruleLookback); i-- {
		before := &s.ops[i]
		if before.kind != opSet && before.kind != opUnset {
			break
		}
		if before.property == op.property && slices.Equal(before.index, op.index) {
			s.ops = slices.Delete(s.ops, i, i+1)
			break
		}
	}
	s.push(op)
}

// adopted applies which constructed style sheets a document or shadow root uses.
func (m *Mirror) adopted(data []byte) {
	var id int64
	var styles, ids reader
	r := reader{b: data}
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "id":
			id, _ = r.integer()
		case "styles":
			styles.b = r.raw()
		case "styleIds":
			ids.b = r.raw()
		default:
			r.skip()
		}
	}
	n := m.nodes[id]
	if n == nil || n.kind != kindDocument && (n.inner == nil || n.inner.kind != kindShadowRoot) {
		return
	}
	document := n.document()
	if document == nil {
		return
	}
	for ok := styles.open('['); ok; ok = styles.more() {
		m.construct(&styles, document.id)
	}
	x := n.extra()
	x.adopted, x.adopts = true, nil
	for ok := ids.open('['); ok; ok = ids.more() {
		if v, ok := ids.integer(); ok && len(x.adopts) < styleSheetsMax {
			x.adopts = append(x.adopts, v)
		}
	}
}

// construct makes a constructed style sheet.
func (m *Mirror) construct(r *reader, document int64) {
	s := &sheet{whole: true, document: document}
	var id int64
	for ok := r.open('{'); ok; ok = r.more() {
		switch string(r.key()) {
		case "styleId":
			id, _ = r.integer()
		case "rules":
			rules := reader{b: r.raw()}
			m.insertRules(s, &rules)
		default:
			r.skip()
		}
	}
	if m.sheets == nil {
		m.sheets = map[int64]*sheet{}
	}
	if id != 0 && (len(m.sheets) < styleSheetsMax || m.sheets[id] != nil) {
		m.sheets[id] = s
	}
}
