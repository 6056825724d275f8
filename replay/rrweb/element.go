package rrweb

// Element is what a person would call a node of the page. A field is empty where nothing is known.
type Element struct {
	Tag      string // lower case
	Role     string // its role attribute, or what its tag stands for
	Text     string // its accessible name or words, as recorded: what was masked is masked here
	TestID   string
	Selector string // a CSS selector that finds it again, within its document or shadow root
}

// Element names the element that a person means who clicks on the node: itself, or the
// button, link or field around it. ok is false where there is no such node.
func (m *Mirror) Element(id int) (el Element, ok bool) {
	n := m.nodes[int64(id)]
	if n == nil {
		return Element{}, false
	}
	return Element{Tag: n.tag}, true
}
