package rrweb

import (
	"slices"
	"strings"
)

// actingRoles are the roles of elements that do something when they are clicked (WAI-ARIA's widgets).
var actingRoles = []string{
	"button", "link", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio", "checkbox", "switch", "treeitem",
}

// typedInputs are the types of input elements that text is typed into.
var typedInputs = []string{
	"text", "email", "tel", "url", "password", "search", "number", "date", "datetime-local", "month", "week", "time",
}

// pickedInputs are the types of input elements for which the browser itself draws what a click opens.
var pickedInputs = []string{"file", "color", "date", "datetime-local", "month", "week", "time"}

// repeated is what is written on buttons that are meant to be clicked many times in a row. PostHog leaves such
// clicks out, too; its list has the first two lines.
var repeated = []string{
	"next", "previous", "prev", ">", "<", "+", "-",
	"−", "–", "＋", "－", "›", "‹", "»", "«", "→", "←", "↑", "↓", "▲", "▼", "▶", "◀", "△", "▽",
	"increase", "decrease", "increment", "decrement", "plus", "minus", "다음", "이전", "더하기", "빼기", "늘리기", "줄이기",
}

// acts fills in what becomes of a click on n, which the person meant to click on if meant is true.
func (el *Element) acts(n *node, meant bool) {
	role := strings.ToLower(n.attrText("role"))
	input := ""
	if n.tag == "input" {
		input = n.inputType()
	}
	el.Interactive = meant
	for up, steps := n, 0; !el.Interactive && up != nil && up.kind == kindElement && steps <= depthMax; up = up.parent {
		el.Interactive = slices.Contains(actingRoles, strings.ToLower(up.attrText("role")))
		steps++
	}
	el.Field = n.tag == "textarea" || slices.Contains(typedInputs, input) || n.editable() || role == "textbox" || role == "searchbox"
	el.Stepper = input == "number" || input == "range" || role == "spinbutton" || role == "slider" ||
		meant && slices.Contains(repeated, strings.ToLower(el.Text))
	el.Link = n.tag == "a" && n.leads()
	el.Silent = el.Field || n.silent(input, role)
	if form := n.form(); form != nil {
		el.Form = form.id
		el.Search = strings.EqualFold(form.attrText("role"), "search")
	}
	el.Search = el.Search || input == "search" || role == "searchbox"
}

// editable reports whether n is in a part of the page that can be written into.
func (n *node) editable() bool {
	for steps := 0; n != nil && n.kind == kindElement && steps <= depthMax; n = n.parent {
		steps++
		if n.attr("contenteditable") != nil {
			return !strings.EqualFold(n.attrText("contenteditable"), "false")
		}
	}
	return false
}

// leads reports whether a link leads to another address in the same window.
func (n *node) leads() bool {
	href := strings.TrimSpace(n.attrText("href"))
	return href != "" && !strings.HasPrefix(href, "#") && !strings.HasPrefix(strings.ToLower(href), "javascript:")
}

// silent reports whether a click on n may do what it should while nothing of the page changes: the browser draws a list or
// a picker, a window opens, a file comes, another program starts, or what was chosen already stays so.
func (n *node) silent(input, role string) bool {
	switch n.tag {
	case "select", "label", "option":
		return true
	case "a":
		target := n.attrText("target")
		scheme, _, found := strings.Cut(n.attrText("href"), ":")
		outside := found && isScheme(scheme) && !slices.Contains([]string{"http", "https", "javascript"}, strings.ToLower(scheme))
		if outside || n.attr("download") != nil || target != "" && !slices.Contains([]string{"_self", "_top", "_parent"}, target) {
			return true
		}
	}
	if input == "radio" || role == "radio" || slices.Contains(pickedInputs, input) {
		return true
	}
	for _, name := range []string{"aria-selected", "aria-current"} {
		if v := n.attrText(name); v != "" && v != "false" {
			return true
		}
	}
	return false
}

func isScheme(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/?#. ")
}

// form returns the form that n belongs to: around it, or by its id.
func (n *node) form() *node {
	top := n
	for at, steps := n, 0; at != nil && at.kind == kindElement && steps <= depthMax; at = at.parent {
		if steps++; at.tag == "form" && n.attr("form") == nil {
			return at
		}
		top = at
	}
	id := n.attrText("form")
	if id == "" {
		return nil
	}
	var form *node
	top.within(func(c *node) step {
		if c.tag == "form" && c.attrText("id") == id {
			form = c
			return stop
		}
		return into
	})
	return form
}
