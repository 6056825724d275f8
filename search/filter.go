package search

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// field reads the value behind key: and checks it.
func (p *parser) field(key string, start, depth int) (Node, error) {
	f := &Field{Key: key, Op: OpIs, Pos: start}
	if !strings.HasPrefix(key, traitPrefix) {
		f.Key = strings.ToLower(key)
	}
	spec := Spec(f.Key)
	if spec == nil {
		return nil, p.unknownKey(key, start)
	}
	if name, ok := TraitName(f.Key); ok && name == "" {
		return nil, p.fail(start, p.pos, "trait-name", "the name of the trait is missing", "Write trait.plan:pro, for example.")
	}
	if spec.Kind == KindTime {
		f.Zone = p.zone
	}
	valueAt := p.pos
	if err := p.values(f, spec); err != nil {
		return nil, err
	}
	f.End = p.pos
	if err := p.check(f, spec, valueAt); err != nil {
		return nil, err
	}
	if spec.Kind == KindSort {
		return nil, p.sortBy(f, depth)
	}
	return f, nil
}

// sortBy takes sort: out of the query.
func (p *parser) sortBy(f *Field, depth int) error {
	if depth > 0 {
		return p.fail(f.Pos, f.End, "sort-place", "sort: stands inside of parentheses or behind a -", "Write it at the end of the query.")
	}
	if p.sort != "" {
		return p.fail(f.Pos, f.End, "sort-twice", "there is a sort: already", "Remove one of them.")
	}
	p.sort = Sort(f.Values[0].Text)
	return nil
}

func (p *parser) unknownKey(key string, start int) error {
	hint := "Put it in quotes to search for it as text."
	near := nearestKey(strings.ToLower(key))
	if near != "" {
		hint = fmt.Sprintf("Did you mean %s:? %s", near, hint)
	}
	return p.fail(start, p.pos-1, "unknown-key", fmt.Sprintf("there is no filter %q", key), hint, key, near)
}

func (p *parser) noValue(key string, start int) error {
	help := ""
	if spec := Spec(key); spec != nil {
		help = spec.sentence()
		if spec.Flags != nil {
			help = "It takes " + strings.Join(spec.Flags, ", ") + "."
		}
	}
	why := fmt.Sprintf("%s: needs a value", key)
	if p.end() {
		return p.unfinished(start, "no-value", why, help, key)
	}
	return p.fail(start, p.pos, "no-value", why, help, key)
}

// values reads what stands behind the colon.
func (p *parser) values(f *Field, spec *KeySpec) error {
	switch p.peek(0) {
	case '[':
		return p.list(f)
	case '(':
		return p.alternatives(f)
	}
	p.operator(f, spec)
	v, err := p.value("")
	if err != nil {
		return err
	}
	f.Values = []Value{v}
	if f.Op != OpIs || v.Quote {
		return nil
	}
	if v.Text == "*" {
		f.Op, f.Values = OpPresent, nil
		return nil
	}
	if from, to, ok := cutRange(spec, v.Text); ok {
		n := len([]rune(from))
		f.Op = OpRange
		f.Values = []Value{{Text: from, Pos: v.Pos, End: v.Pos + n}, {Text: to, Pos: v.Pos + n + 2, End: v.End}}
		return nil
	}
	if listable(spec) && strings.Contains(v.Text, ",") && !strings.ContainsAny(v.Text, "[]") {
		if grouped(v.Text) {
			return nil // 1,000 is one number, which check refuses
		}
		p.pos = v.Pos
		return p.commas(f)
	}
	return nil
}

// operator reads < <= > >= and, of what is compared, =.
func (p *parser) operator(f *Field, spec *KeySpec) {
	switch p.peek(0) {
	case '≥':
		f.Op = OpAtLeast
		p.pos++
		return
	case '≤':
		f.Op = OpAtMost
		p.pos++
		return
	case '=':
		if spec.Ordered() {
			p.pos++
		}
		return
	}
	for _, op := range []Op{OpAtLeast, OpAtMost, OpMore, OpLess} {
		if strings.HasPrefix(string(p.in[p.pos:min(p.pos+2, len(p.in))]), string(op)) {
			f.Op = op
			p.pos += len(op)
			return
		}
	}
}

// cutRange cuts from..to where the key has ranges. A range of a trait has numbers for ends;
// anything else is a value with two dots.
func cutRange(spec *KeySpec, text string) (from, to string, ok bool) {
	from, to, ok = strings.Cut(text, "..")
	if !ok || !spec.Ordered() && spec.Kind != KindTrait {
		return "", "", false
	}
	if spec.Kind == KindTrait {
		_, low := TraitNumber(from)
		_, high := TraitNumber(to)
		ok = (low || from == "") && (high || to == "") && (low || high)
	}
	return from, to, ok
}

// listable tells whether a,b without brackets are two values: not of texts and addresses, in
// which commas stand.
func listable(spec *KeySpec) bool { return spec.Kind != KindText && spec.Kind != KindURL }

// grouped tells whether a text is a number with commas between its thousands.
func grouped(text string) bool {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		if !digitsOnly(part) || i > 0 && len(part) != 3 || i == 0 && len(part) > 3 {
			return false
		}
	}
	return len(parts) > 1 && parts[0] != "0"
}

// value reads one word or phrase; a word also ends before a rune of stop.
func (p *parser) value(stop string) (Value, error) {
	start := p.pos
	if !p.end() && isQuote(p.in[p.pos]) {
		text, err := p.quoted()
		return Value{text, true, start, p.pos}, err
	}
	for !p.end() && !breaksWord(p.in[p.pos]) && !strings.ContainsRune(stop, p.in[p.pos]) {
		p.pos++
	}
	return Value{string(p.in[start:p.pos]), false, start, p.pos}, nil
}

// list reads [a,b,c].
func (p *parser) list(f *Field) error {
	open := p.pos
	p.pos++
	for {
		p.space()
		v, err := p.value(",]")
		if err != nil {
			return err
		}
		p.space()
		if !p.end() && p.peek(0) != ',' && p.peek(0) != ']' {
			return p.fail(p.pos, p.pos+1, "list-comma", "a list needs a comma between its values",
				`Write [a,b], and quote values that have spaces.`, f.Key)
		}
		if p.end() {
			return p.neverClosed(open, "[", "Add a ] at the end of the list.")
		}
		if err := p.add(f, v); err != nil {
			return err
		}
		p.pos++
		if p.in[p.pos-1] == ']' {
			return nil
		}
	}
}

// commas reads a,b,c without brackets.
func (p *parser) commas(f *Field) error {
	f.Values = nil
	for {
		v, err := p.value(",")
		if err != nil {
			return err
		}
		if err := p.add(f, v); err != nil {
			return err
		}
		if p.peek(0) != ',' {
			return nil
		}
		p.pos++
	}
}

// alternatives reads (a OR b) and (a, b).
func (p *parser) alternatives(f *Field) error {
	open := p.pos
	p.pos++
	for {
		p.space()
		v, err := p.value(",]")
		if err != nil {
			return err
		}
		p.space()
		if p.end() {
			return p.neverClosed(open, "(", "Add a ) at the end of the list.")
		}
		or := p.atOr()
		if r := p.peek(0); r != ',' && r != ')' && !or {
			return p.fail(open, p.pos+1, "list-or", "parentheses behind a filter take values with OR between them",
				fmt.Sprintf("Write %s:[a,b] for any of them, or %s:a %s:b for both.", f.Key, f.Key, f.Key), f.Key)
		}
		if err := p.add(f, v); err != nil {
			return err
		}
		p.pos++
		if or {
			p.pos++
		} else if p.in[p.pos-1] == ')' {
			return nil
		}
	}
}

// add appends a value of a list, and counts it.
func (p *parser) add(f *Field, v Value) error {
	if v.Text == "" && !v.Quote {
		const why, hint = "a value of this list is empty", "Write [a,b]."
		if p.end() {
			return p.unfinished(v.Pos, "list-empty", why, hint, f.Key)
		}
		return p.fail(v.Pos, v.Pos+1, "list-empty", why, hint, f.Key)
	}
	if f.Values = append(f.Values, v); len(f.Values) > 1 {
		if p.terms++; p.terms > MaxQueryTerms {
			return p.tooManyTerms(f.Pos)
		}
	}
	return nil
}

// check refuses values that the key cannot have.
func (p *parser) check(f *Field, spec *KeySpec, at int) error {
	ordered := spec.Ordered() || spec.Kind == KindTrait
	if !ordered && f.Op != OpIs && f.Op != OpPresent {
		return p.fail(at, p.pos, "not-comparable", fmt.Sprintf("%s: cannot be compared with %s", f.Key, f.Op),
			fmt.Sprintf("Write %s:value; put a value that begins with %s in quotes.", f.Key, f.Op), f.Key, string(f.Op))
	}
	if spec.Flags != nil && f.Op == OpPresent {
		return p.noValue(f.Key, f.Pos)
	}
	if f.Op == OpRange && f.Values[0].Text == "" && f.Values[1].Text == "" {
		return p.fail(at, p.pos, "empty-range", "this range has no end",
			fmt.Sprintf("Write %s:1..5, %s:1.. or %s:..5.", f.Key, f.Key, f.Key), f.Key)
	}
	if spec.Kind == KindSort && len(f.Values) > 1 {
		return p.fail(at, p.pos, "sort-twice", "sort: takes one order", "Remove all but one.")
	}
	if spec.Counter && countYesNo(f) {
		return nil
	}
	for i := range f.Values {
		if f.Op == OpRange && f.Values[i].Text == "" {
			continue
		}
		if err := p.checkValue(f, spec, &f.Values[i]); err != nil {
			return err
		}
	}
	return nil
}

// countYesNo understands rage:yes as rage:*, and rage:no as rage:0.
func countYesNo(f *Field) bool {
	if f.Op != OpIs || len(f.Values) != 1 {
		return false
	}
	switch strings.ToLower(f.Values[0].Text) {
	case "yes", "true":
		f.Op, f.Values = OpPresent, nil
		return true
	case "no", "false":
		f.Values[0].Text, f.Values[0].Quote = "0", false
		return true
	}
	return false
}

func (p *parser) checkValue(f *Field, spec *KeySpec, v *Value) error {
	text := strings.TrimSpace(v.Text)
	key := f.Key
	if text == "" {
		return p.noValue(key, f.Pos)
	}
	fail := func(code, takes, hint string) error {
		return p.fail(v.Pos, v.End, code, fmt.Sprintf("%s: takes %s, not %q", key, takes, text), hint, key, text)
	}
	switch spec.Kind {
	case KindText, KindURL:
		if len(valuePattern(*v).Terms) == 0 && !(spec.Kind == KindURL && IsURLPattern(*v)) {
			return p.fail(v.Pos, v.End, "no-word", key+": needs at least one letter or digit", spec.sentence(), key)
		}
	case KindNumber:
		if _, ok := parseNumber(text); !ok {
			return fail("not-a-number", "whole numbers", strings.ReplaceAll("Write KEY:5, KEY:>5 or KEY:1..5.", "KEY", key))
		}
	case KindDecimal:
		if _, ok := parseDecimal(text); !ok {
			return fail("not-a-decimal", "numbers with up to "+strconv.Itoa(decimalDigits)+" decimals", strings.ReplaceAll("Write KEY:>0.1 or KEY:0.1..0.25.", "KEY", key))
		}
	case KindDuration:
		if _, ok := parseDuration(text); !ok {
			return fail("not-a-duration", "a duration", strings.ReplaceAll("Write KEY:>90s, KEY:>5m, KEY:<2.5s or KEY:1h..2h.", "KEY", key))
		}
	case KindTime:
		_, _, isTime := parseTime(text, nil, 0)
		if _, isAge := parseDuration(text); !isTime && !(isAge && (f.Op == OpLess || f.Op == OpAtMost || f.Op == OpMore || f.Op == OpAtLeast)) {
			return fail("not-a-time", "a day, a moment or an age",
				strings.ReplaceAll("Write KEY:2026-05-01, KEY:today, KEY:>=2026-05-01T09:00Z or KEY:<2h (less than 2 hours ago).", "KEY", key))
		}
	case KindTrait:
		if _, ok := TraitNumber(text); !ok && f.Op != OpIs {
			return fail("not-a-number", "numbers with "+string(f.Op), strings.ReplaceAll("Write KEY:value, KEY:>5 or KEY:1..5.", "KEY", TraitKey(key[len(traitPrefix):])))
		}
	case KindFlag, KindSort:
		return p.checkFlag(f, spec, v)
	}
	return nil
}

func (p *parser) checkFlag(f *Field, spec *KeySpec, v *Value) error {
	text := strings.TrimSpace(v.Text)
	for _, flag := range spec.Flags {
		if strings.EqualFold(flag, text) {
			v.Text = flag
			return nil
		}
	}
	choices := strings.Join(spec.Flags, ", ")
	hint := "It takes " + choices + "."
	near := nearest(text, spec.Flags)
	if near != "" {
		hint = fmt.Sprintf("Did you mean %s? %s", near, hint)
	}
	return p.fail(v.Pos, v.End, "not-a-choice", fmt.Sprintf("%s: cannot be %q", f.Key, text), hint, f.Key, text, choices, near)
}

// breaksWord tells whether a bare word ends before the rune.
func breaksWord(r rune) bool {
	return unicode.IsSpace(r) || r == '(' || r == ')' || isQuote(r)
}

// breaksValue tells whether a value with the rune needs quotes in a list.
func breaksValue(r rune) bool { return breaksWord(r) || r == '[' || r == ']' || r == ',' }

func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' || r == '‟' }
