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

// TestElementActs: what becomes of a click, and what is typed where.
func TestElementActs(t *testing.T) {
	content := strings.Join([]string{
		el(10, "button", ``, txt(11, "Pay")), el(12, "a", `"href":"/x"`, txt(13, "Go")), el(14, "a", `"href":"#top"`), el(15, "a", `"href":"/x","target":"_blank"`),
		el(16, "a", `"href":"mailto:a@b.kr"`), el(17, "a", `"href":"/x.pdf","download":""`), el(18, "a", `"href":"javascript:void(0)"`), el(19, "a", `"href":"https://x.kr/a:b","target":"_self"`),
		el(20, "summary", ``), el(21, "div", `"role":"switch"`, el(22, "span", ``)), el(23, "div", `"onclick":""`), el(24, "p", ``, txt(25, "words")),
		el(26, "div", `"role":"tab","aria-selected":"true"`), el(27, "div", `"role":"tab","aria-selected":"false"`), el(28, "a", `"href":"/","aria-current":"page"`),
		el(30, "form", ``, el(31, "input", ``), el(32, "input", `"type":"radio"`), el(33, "input", `"type":"checkbox"`), el(34, "input", `"type":"file"`), el(35, "select", ``),
			el(36, "button", ``, txt(37, "Send")), el(38, "button", `"type":"button"`, txt(39, "+")), el(40, "button", `"type":"reset"`), el(41, "input", `"type":"submit"`), el(42, "label", ``, txt(43, "Name")), el(44, "textarea", ``)),
		el(50, "form", `"role":"search","id":"find"`, el(51, "input", ``)), el(52, "input", `"type":"search"`), el(53, "input", `"form":"find"`), el(54, "input", `"form":"none"`),
		el(60, "div", `"contenteditable":""`, el(61, "b", ``, txt(62, "bold")), el(63, "i", `"contenteditable":"false"`)), el(64, "div", `"role":"textbox"`),
		el(65, "input", `"type":"number"`), el(66, "button", `"aria-label":"Next"`), el(67, "button", ``, txt(68, " 다음 ")), el(69, "input", `"type":"range"`), el(70, "td", ``, txt(71, "+")),
		with(el(80, "x-form", ``, with(el(81, "form", ``, el(82, "button", ``)), `"isShadow":true`)), `"isShadowHost":true`),
	}, ",")
	m := mirrorOf(t, page(content))
	for id, want := range map[int]string{
		10: "interactive", 11: "interactive", 12: "interactive link", 13: "interactive link", 14: "interactive", 15: "interactive silent link", 16: "interactive silent link",
		17: "interactive silent link", 18: "interactive", 19: "interactive link", 20: "interactive", 21: "interactive", 22: "interactive", 23: "interactive", 24: "", 25: "",
		26: "interactive silent", 27: "interactive", 28: "interactive silent link",
		31: "interactive silent field form30", 32: "interactive silent form30", 33: "interactive form30", 34: "interactive silent form30", 35: "interactive silent form30",
		36: "interactive form30", 38: "interactive stepper form30", 40: "interactive form30", 41: "interactive form30", 42: "interactive silent form30", 44: "interactive silent field form30",
		51: "interactive silent field search form50", 52: "interactive silent field search", 53: "interactive silent field search form50", 54: "interactive silent field",
		60: "silent field", 61: "silent field", 62: "silent field", 63: "", 64: "silent field",
		65: "interactive silent field stepper", 66: "interactive stepper", 67: "interactive stepper", 69: "interactive stepper", 70: "", 82: "interactive form81",
	} {
		e, ok := m.Element(id)
		var got []string
		for _, is := range []struct {
			name string
			is   bool
		}{{"interactive", e.Interactive}, {"silent", e.Silent}, {"field", e.Field}, {"search", e.Search}, {"stepper", e.Stepper}, {"link", e.Link},
			{fmt.Sprint("form", e.Form), e.Form != 0}} {
			if is.is {
				got = append(got, is.name)
			}
		}
		if said := strings.Join(got, " "); !ok || said != want {
			t.Errorf("%d: %q, want %q", id, said, want)
		}
	}
}
