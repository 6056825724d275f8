package rrweb

import (
	"fmt"
	"strings"
	"testing"
)

func TestElement(t *testing.T) {
	content := strings.Join([]string{
		el(10, "button", `"class":"buy","data-testid":"buy"`, el(11, "span", ``, txt(12, " 장바구니에\n  담기 ")), with(el(13, "svg", ``), `"isSVG":true`)),
		el(20, "div", `"id":"cart"`, el(21, "a", `"href":"/pay"`, txt(22, "Pay")), el(23, "a", ``, el(24, "img", `"alt":"Help"`)), el(25, "p", ``, txt(26, "one"), el(27, "b", ``, txt(28, "two")))),
		el(30, "form", `"id":":r1:"`,
			el(31, "label", `"for":"mail"`, txt(32, "E-mail")), el(33, "input", `"id":"mail","type":"email","placeholder":"you@example.com"`),
			el(34, "input", `"type":"submit","value":"Send"`), el(35, "input", `"name":"q","placeholder":"Search","type":"search"`),
			el(36, "label", ``, txt(37, "Size"), el(38, "select", ``, el(39, "option", ``, txt(40, "XL")))), el(41, "textarea", `"value":"secret"`)),
		el(50, "div", `"role":"tab menuitem","title":"More"`),
		el(51, "button", `"aria-label":"Close \"dialog\"","id":"x-1234"`, txt(52, "×")),
		el(53, "p", ``, txt(54, strings.Repeat("long ", 40))),
		with(el(60, "x-card", `"id":"card"`, with(el(61, "button", ``, txt(62, "In")), `"isShadow":true`)), `"isShadowHost":true`),
		el(70, "li", `"onclick":"x()"`, txt(71, "A"), el(72, "style", ``, txt(73, "b{}"))),
		el(74, "h2", `"data-cy":"a\"b"`),
	}, ",")
	m := mirrorOf(t, page(content))
	for _, c := range []struct {
		id   int
		want string // tag, role, text, test id, selector
	}{
		{10, `button|button|장바구니에 담기|buy|[data-testid="buy"]`},
		{12, `button|button|장바구니에 담기|buy|[data-testid="buy"]`},
		{13, `button|button|장바구니에 담기|buy|[data-testid="buy"]`},
		{22, `a|link|Pay||#cart > a:nth-of-type(1)`},
		{24, `a||Help||#cart > a:nth-of-type(2)`},
		{25, `p||||#cart > p`},
		{26, `p||||#cart > p`},
		{27, `b||two||#cart > p > b`},
		{33, `input|textbox|E-mail||#mail`},
		{34, `input|button|Send||body > form > input:nth-of-type(2)`},
		{35, `input|searchbox|Search||input[name="q"]`},
		{38, `select|combobox|Size||body > form > label:nth-of-type(2) > select`},
		{40, `select|combobox|Size||body > form > label:nth-of-type(2) > select`},
		{41, `textarea|textbox|||body > form > textarea`},
		{50, `div|tab|More||body > div:nth-of-type(2)`},
		{51, `button|button|Close "dialog"||body > button:nth-of-type(2)`},
		{53, `p||` + strings.Repeat("long ", 15) + `long…||body > p`},
		{62, `button|button|In||button`},
		{71, `li|listitem|A||body > li`},
		{74, `h2|heading||a"b|[data-cy="a\"b"]`},
		{3, `body||||body`},
	} {
		got, ok := m.Element(c.id)
		if said := fmt.Sprintf("%s|%s|%s|%s|%s", got.Tag, got.Role, got.Text, got.TestID, got.Selector); !ok || said != c.want {
			t.Errorf("%d:\n got %s\nwant %s", c.id, said, c.want)
		}
	}
	for _, id := range []int{0, -1, 1, 999} {
		if got, ok := m.Element(id); ok {
			t.Errorf("%d is named %+v", id, got)
		}
	}
}

func TestGeneratedIDs(t *testing.T) {
	for id, want := range map[string]bool{
		"cart": false, "step-2": false, "결제": false, "main_nav": false,
		":r3:": true, "radix-4": true, "ember12": true, "x-1234": true, "a1b2c3d4": true, "77": true, "two words": true, strings.Repeat("a", 200): true,
	} {
		if got := generated(id); got != want {
			t.Errorf("%q: generated is %v", id, got)
		}
	}
	for name, want := range map[string]string{"a.b": `a\.b`, "2nd": `\32 nd`, "-2": `-\32 `, "결제": "결제", "-": `\-`, "x:y": `x\:y`} {
		if got := cssName(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
	}
}

// TestElementOfLongTexts: what is cut is cut between characters, also written ones.
func TestElementOfLongTexts(t *testing.T) {
	for _, unit := range []string{`a`, `결`, `\ud83d\ude00`, `\\`, `\"`} {
		for shift := range 12 {
			raw := []byte(`"` + strings.Repeat("x", shift) + strings.Repeat(unit, 3000) + `"`)
			if got := beginning(raw); len(got) < 600 || strings.ContainsRune(got, '\ufffd') || !strings.HasPrefix(text(raw), got) {
				t.Fatalf("%s, %d: %d bytes, %q at the end", unit, shift, len(got), got[max(0, len(got)-10):])
			}
		}
	}
}
