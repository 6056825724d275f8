package rrweb

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// elementTextRunes is the longest text of an element: a button's words, not an article's. It is
// the recorder's limit too.
const elementTextRunes = 80

// elementNodesMax bounds how many nodes are looked at to name one element: a label is not
// further away, and a page of a million nodes must not cost that for each click.
const elementNodesMax = 4096

// Element is what a person would call a node of the page. A field is empty where nothing is known.
type Element struct {
	Tag      string // lower case
	Role     string // its role attribute, or what its tag stands for
	Text     string // its name or words as recorded: what was masked is masked here
	TestID   string
	Selector string // a CSS selector that finds it again, within its document or shadow root

	Interactive bool  // it looks as if a click on it did something
	Silent      bool  // a click may do what it should while nothing of the page changes
	Field       bool  // text is typed into it
	Search      bool  // what is typed into it is searched for; nothing has to be sent
	Stepper     bool  // it is meant to be clicked many times in a row
	Link        bool  // it leads to another address
	Form        int64 // id of the form that it belongs to, 0 for none
}

// testIDs are the attributes that tests find elements by.
var testIDs = []string{"data-testid", "data-test-id", "data-test", "data-cy", "data-qa"}

// Element names the element that a person means who clicks on the node: the button, link or
// field around it, or the element itself. ok is false where there is no such node.
func (m *Mirror) Element(id int) (el Element, ok bool) {
	n := m.nodes[int64(id)]
	for n != nil && n.kind != kindElement {
		n = n.parent
	}
	if n == nil {
		return Element{}, false
	}
	meant := n.clickable()
	if meant != nil {
		n = meant
	}
	el = Element{Tag: strings.ToLower(n.tag), Role: n.role(), Selector: n.selector()}
	for _, name := range testIDs {
		if el.TestID = n.attrText(name); el.TestID != "" {
			break
		}
	}
	// A click beside everything is on a container: the words of all that is in it would say nothing.
	if meant != nil || !n.hasElements() {
		el.Text = n.name()
	} else {
		el.Text = oneLine(n.attrText("aria-label"))
	}
	el.acts(n, meant != nil)
	return el, true
}

// clickable returns what people mean to click on: the nearest such element from n upwards, in n's own
// tree. The recorder names clicks by the same list.
func (n *node) clickable() *node {
	for steps := 0; n != nil && n.kind == kindElement && steps <= depthMax; n = n.parent {
		steps++
		switch n.tag {
		case "button", "a", "label", "summary", "select", "input", "textarea":
			return n
		}
		switch n.attrText("role") {
		case "button", "tab", "menuitem", "option", "radio":
			return n
		}
		if n.attr("onclick") != nil {
			return n
		}
	}
	return nil
}

func (n *node) hasElements() bool {
	for c := n.first; c != nil; c = c.follow {
		if c.kind == kindElement {
			return true
		}
	}
	return false
}

// attrText returns an attribute's text, "" where there is none.
func (n *node) attrText(name string) string { return beginning(n.attr(name)) }

// beginning returns the text that raw is as a JSON string, or how it begins if it is long.
func beginning(raw []byte) string {
	const bytesMax = 4 << 10 // more than any name
	if len(raw) <= bytesMax || !isString(raw) {
		return text(raw)
	}
	end := 1
	for end < bytesMax-len(`\u0000`) {
		if raw[end] == '\\' {
			end += max(1, escape(raw[end:]))
		} else {
			end++
		}
	}
	return strings.TrimRight(text(append(raw[:end:end], '"')), "\ufffd") // what is cut through
}

// name returns what the element is called: its accessible name, or else what is written on it.
func (n *node) name() string {
	if said := oneLine(n.attrText("aria-label")); said != "" {
		return said
	}
	switch {
	case n.tag == "input" && slices.Contains([]string{"submit", "button", "reset"}, n.inputType()):
		if said := oneLine(n.attrText("value")); said != "" {
			return said
		}
	case n.tag == "input" || n.tag == "select" || n.tag == "textarea":
		if label := n.label(); label != nil {
			if said := label.words(); said != "" {
				return said
			}
		}
	default:
		if said := n.words(); said != "" {
			return said
		}
	}
	for _, attribute := range []string{"alt", "title", "placeholder"} {
		if said := oneLine(n.attrText(attribute)); said != "" {
			return said
		}
	}
	return n.pictured()
}

// pictured returns what the pictures in the element are called.
func (n *node) pictured() string {
	said := ""
	n.within(func(c *node) step {
		if c.kind == kindElement {
			said = oneLine(c.attrText("alt"))
			if said == "" {
				said = oneLine(c.attrText("aria-label"))
			}
		}
		if said != "" {
			return stop
		}
		return into
	})
	return said
}

// words returns the text in an element, but for what was typed or chosen, or is never shown.
func (n *node) words() string {
	if n.unsaid() {
		return ""
	}
	var said strings.Builder
	n.within(func(c *node) step {
		switch {
		case c.unsaid():
			return past
		case c.kind == kindText:
			said.WriteString(beginning(c.text))
		}
		if said.Len() > 16*elementTextRunes {
			return stop
		}
		return into
	})
	return oneLine(said.String())
}

func (n *node) unsaid() bool {
	switch n.tag {
	case "select", "textarea", "script", "style", "noscript", "option":
		return true
	}
	return false
}

// step says how a walk goes on from a node.
type step int

const (
	into step = iota // to what is below it
	past             // to what comes after it
	stop
)

// within calls fn for what is below n in its own tree, until fn says stop or there is too much.
func (n *node) within(fn func(*node) step) {
	at, how := n, into
	for range elementNodesMax {
		var next *node
		if how == into {
			next = at.first
		}
		for next == nil && at != n {
			if next = at.follow; next == nil {
				at = at.parent
			}
		}
		if next == nil {
			return
		}
		if how = fn(next); how == stop {
			return
		}
		at = next
	}
}

// label returns the label element of a field: around it, or by its id.
func (n *node) label() *node {
	top, steps := n, 0
	for at := n.parent; at != nil && at.kind == kindElement && steps <= depthMax; at = at.parent {
		if steps++; at.tag == "label" {
			return at
		}
		top = at
	}
	id := n.attrText("id")
	if id == "" {
		return nil
	}
	var label *node
	top.within(func(c *node) step {
		if c.tag == "label" && c.attrText("for") == id {
			label = c
			return stop
		}
		return into
	})
	return label
}

// oneLine returns text with its white space collapsed, cut to elementTextRunes.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(cut(s, 16*elementTextRunes)), " ")
	if utf8.RuneCountInString(s) <= elementTextRunes {
		return s
	}
	return string([]rune(s)[:elementTextRunes-1]) + "…"
}

// inputType returns the type of an input element, "text" where none is said.
func (n *node) inputType() string {
	if t := strings.ToLower(n.attrText("type")); t != "" {
		return t
	}
	return "text"
}

// tagRoles are the roles that tags stand for (HTML-AAM), where no attribute decides.
var tagRoles = map[string]string{
	"button": "button", "summary": "button", "textarea": "textbox", "option": "option", "img": "img", "dialog": "dialog",
	"h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
	"ul": "list", "ol": "list", "li": "listitem", "table": "table", "tr": "row", "td": "cell", "th": "columnheader",
	"nav": "navigation", "main": "main", "form": "form", "article": "article", "aside": "complementary",
	"progress": "progressbar", "meter": "meter", "fieldset": "group", "details": "group",
}

// inputRoles are the roles of input elements by type.
var inputRoles = map[string]string{
	"button": "button", "submit": "button", "reset": "button", "image": "button", "checkbox": "checkbox", "radio": "radio",
	"range": "slider", "number": "spinbutton", "search": "searchbox", "text": "textbox", "email": "textbox", "tel": "textbox",
	"url": "textbox", "password": "textbox",
}

// role returns the element's role.
func (n *node) role() string {
	if roles := strings.Fields(n.attrText("role")); len(roles) > 0 {
		return cut(strings.ToLower(roles[0]), 4*elementTextRunes)
	}
	switch n.tag {
	case "a", "area":
		if n.attr("href") != nil {
			return "link"
		}
		return ""
	case "select":
		if n.attr("multiple") != nil {
			return "listbox"
		}
		return "combobox"
	case "input":
		return inputRoles[n.inputType()]
	}
	return tagRoles[n.tag]
}
