package rrweb

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// selectorSteps is the longest path of a selector upwards: what is further up is as likely to
// have changed as the element itself.
const selectorSteps = 8

// selectorValueBytes is the longest attribute that a selector is made of.
const selectorValueBytes = 100

// selector returns a CSS selector of an element: the shortest path from something that has a name.
func (n *node) selector() string {
	path := ""
	for steps := 0; n != nil && n.kind == kindElement && steps < selectorSteps; steps++ {
		named := n.anchor()
		step := named
		if step == "" {
			step = cssName(n.tag) + n.nthOfType()
		}
		if path == "" {
			path = step
		} else {
			path = step + " > " + path
		}
		if named != "" {
			break
		}
		n = n.parent
	}
	return path
}

// anchor returns a selector of what an element is called in the page's code, "" where that says nothing.
func (n *node) anchor() string {
	for _, name := range testIDs {
		if v := n.attrText(name); v != "" && len(v) <= selectorValueBytes {
			return "[" + name + "=" + cssText(v) + "]"
		}
	}
	if id := n.attrText("id"); id != "" && !generated(id) {
		return "#" + cssName(id)
	}
	switch n.tag {
	case "html", "head", "body":
		return n.tag
	case "input", "select", "textarea", "button", "form", "iframe":
		if v := n.attrText("name"); v != "" && !generated(v) {
			return n.tag + "[name=" + cssText(v) + "]"
		}
	}
	return ""
}

// nthOfType tells an element from its siblings of the same tag; "" where it has none.
func (n *node) nthOfType() string {
	nth, looked := 1, 0
	for s := n.prev; s != nil; s = s.prev {
		if looked++; looked > elementNodesMax {
			return ""
		}
		if s.kind == kindElement && s.tag == n.tag {
			nth++
		}
	}
	if nth > 1 {
		return ":nth-of-type(" + strconv.Itoa(nth) + ")"
	}
	for s := n.follow; s != nil && looked <= elementNodesMax; s = s.follow {
		if looked++; s.kind == kindElement && s.tag == n.tag {
			return ":nth-of-type(1)"
		}
	}
	return ""
}

// generatedPrefixes begin the ids that frameworks count up.
var generatedPrefixes = []string{"radix-", "headlessui-", "mui-", "ember", "ext-", "yui_", "react-aria", "react-select-", "downshift-", "__next", "uid-", "id-"}

// generated reports whether an id looks like one that a program made up, and that is another the next time.
func generated(id string) bool {
	if len(id) > selectorValueBytes || strings.ContainsAny(id, ": \t\n") {
		return true
	}
	digits, run, longest := 0, 0, 0
	for i := 0; i < len(id); i++ {
		if id[i] < '0' || id[i] > '9' {
			run = 0
			continue
		}
		digits++
		run++
		longest = max(longest, run)
	}
	for _, prefix := range generatedPrefixes {
		if strings.HasPrefix(strings.ToLower(id), prefix) && digits > 0 {
			return true
		}
	}
	// A number of three digits or more counts something; many digits among letters are a hash.
	return longest >= 3 || digits == len(id) || digits >= 4
}

// cssText writes a CSS string.
func cssText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			b.WriteString(`\` + strconv.FormatInt(int64(r), 16) + " ")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// cssName writes a CSS identifier, as CSS.escape does.
func cssName(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r < 0x20 || r == 0x7f || r >= '0' && r <= '9' && (i == 0 || i == 1 && s[0] == '-'):
			b.WriteString(`\` + strconv.FormatInt(int64(r), 16) + " ")
		case r >= utf8.RuneSelf || r == '_' || r == '-' && len(s) > 1 || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z':
			b.WriteRune(r)
		default:
			b.WriteByte('\\')
			b.WriteRune(r)
		}
	}
	return b.String()
}
