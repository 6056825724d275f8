package rrweb

import (
	"slices"
	"strings"
)

// inlineStyle is an element's style attribute, taken apart once script changed parts of it.
type inlineStyle struct {
	declarations []declaration
}

// declaration is one property of a style and its value, with its priority behind it.
type declaration struct{ property, value string }

// inline returns the element's style taken apart.
func (n *node) inline() *inlineStyle {
	x := n.extra()
	if x.style == nil {
		x.style = &inlineStyle{declarations: parseStyle(text(n.attr("style")))}
		if n.attr("style") == nil && len(n.attrs) < attributesMax {
			n.attrs = append(n.attrs, attr{name: []byte("style"), value: []byte(`""`)})
		}
	}
	return x.style
}

// change applies rrweb's record of changed properties: a value, [value, priority], or false
// for a property that is gone.
func (s *inlineStyle) change(r *reader) {
	for ok := r.open('{'); ok; ok = r.more() {
		property := r.key()
		switch r.peek() {
		case '"':
			s.set(property, text(r.raw()))
		case '[':
			var parts [2]string
			i := 0
			for ok := r.open('['); ok; ok = r.more() {
				if raw := r.raw(); i < len(parts) {
					parts[i] = text(raw)
					i++
				}
			}
			if parts[1] == "important" && parts[0] != "" {
				parts[0] += " !important"
			}
			s.set(property, parts[0])
		case 'f':
			s.set(property, "")
			r.skip()
		default:
			r.skip()
		}
	}
}

// set gives a property its value, in its place; "" takes it away.
func (s *inlineStyle) set(property []byte, value string) {
	at := slices.IndexFunc(s.declarations, func(d declaration) bool { return d.property == string(property) })
	switch {
	case value == "":
		if at >= 0 {
			s.declarations = slices.Delete(s.declarations, at, at+1)
		}
	case at >= 0:
		s.declarations[at].value = value
	case len(property) > 0 && len(s.declarations) < attributesMax:
		s.declarations = append(s.declarations, declaration{property: string(property), value: value})
	}
}

// appendJSON appends the style as the JSON string of a style attribute.
func (s *inlineStyle) appendJSON(dst []byte) []byte {
	dst = append(dst, '"')
	for i, d := range s.declarations {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendEscaped(dst, d.property)
		dst = append(dst, ':', ' ')
		dst = appendEscaped(dst, d.value)
		dst = append(dst, ';')
	}
	return append(dst, '"')
}

// parseStyle takes a style attribute apart: declarations end at a semicolon that is in no
// brackets, quotes or comment.
func parseStyle(css string) []declaration {
	var s inlineStyle
	for css != "" {
		part := css[:declarationEnd(css)]
		css = css[min(len(css), len(part)+1):]
		if strings.Contains(part, "/*") {
			part = withoutComments(part)
		}
		property, value, ok := strings.Cut(part, ":")
		if ok && len(s.declarations) < attributesMax {
			s.set([]byte(strings.TrimSpace(property)), strings.TrimSpace(value))
		}
	}
	return s.declarations
}

// declarationEnd returns where the first declaration of css ends.
func declarationEnd(css string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(css); i++ {
		switch c := css[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case c == '/' && strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return len(css)
			}
			i += 3 + end
		case c == ';' && depth == 0:
			return i
		}
	}
	return len(css)
}

func withoutComments(css string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(css, "/*")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, css, _ = strings.Cut(rest, "*/")
	}
}
