package meili

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxFakeDepth is how deep a filter may be parsed: a level of parentheses counts four times,
// as each of OR, AND, NOT and the parentheses is a step of the server's parser (1.50).
const maxFakeDepth = 150

// filterParser reads the filters that the adapter writes, by the published grammar: NOT binds
// before AND before OR.
type filterParser struct {
	rest  string
	depth int
	rules []fakeRule
}

type filterTest func(doc *fakeDoc) bool

// parseFilter gives the test of a whole filter.
func parseFilter(filter string, rules []fakeRule) (filterTest, error) {
	p := &filterParser{rest: filter, rules: rules}
	test, err := p.or()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("behind the filter: %q", p.rest)
	}
	return test, err
}

func (p *filterParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		return ""
	}
	n := strings.IndexAny(p.rest, " ()[],")
	switch {
	case n < 0:
		n = len(p.rest)
	case n == 0:
		n = 1
	}
	if p.rest[0] == '"' {
		n = strings.IndexByte(p.rest[1:], '"') + 2
	}
	word := p.rest[:n]
	p.rest = p.rest[n:]
	return word
}

func (p *filterParser) peek() string {
	rest := p.rest
	word := p.word()
	p.rest = rest
	return word
}

func (p *filterParser) or() (filterTest, error)  { return p.chain("OR", p.and) }
func (p *filterParser) and() (filterTest, error) { return p.chain("AND", p.not) }

func (p *filterParser) chain(op string, next func() (filterTest, error)) (filterTest, error) {
	p.depth++
	defer func() { p.depth-- }()
	var tests []filterTest
	for {
		test, err := next()
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
		if p.peek() != op {
			break
		}
		p.word()
	}
	return func(doc *fakeDoc) bool {
		for _, test := range tests {
			if test(doc) == (op == "OR") {
				return op == "OR"
			}
		}
		return op != "OR"
	}, nil
}

func (p *filterParser) not() (filterTest, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxFakeDepth {
		return nil, errors.New("the filter is too deep")
	}
	switch p.peek() {
	case "NOT":
		p.word()
		test, err := p.not()
		if err != nil {
			return nil, err
		}
		return func(doc *fakeDoc) bool { return !test(doc) }, nil
	case "(":
		p.word()
		p.depth++
		defer func() { p.depth-- }()
		test, err := p.or()
		if err != nil {
			return nil, err
		}
		if got := p.word(); got != ")" {
			return nil, fmt.Errorf("%q instead of )", got)
		}
		return test, nil
	}
	return p.condition()
}

func (p *filterParser) condition() (filterTest, error) {
	attribute, op := p.word(), p.word()
	switch op {
	case "NOT":
		if p.word() != "EXISTS" {
			return nil, errors.New("NOT without EXISTS")
		}
		return func(doc *fakeDoc) bool { return !doc.exists[attribute] }, p.allowed(attribute, false)
	case "EXISTS":
		return func(doc *fakeDoc) bool { return doc.exists[attribute] }, p.allowed(attribute, false)
	case "IN":
		return p.in(attribute)
	case "=":
		n, text, err := p.operand(p.word())
		if err != nil {
			return nil, err
		}
		if text != "" {
			value := attribute + "=" + text
			return func(doc *fakeDoc) bool { return doc.texts[value] }, p.allowed(attribute, false)
		}
		return func(doc *fakeDoc) bool { return slices.Contains(doc.numbers[attribute], n) }, p.allowed(attribute, false)
	case "<", "<=", ">", ">=":
		n, text, err := p.operand(p.word())
		if err != nil {
			return nil, err
		}
		return within(attribute, func(v float64) bool { return text == "" && ordered(op, v < n, v == n) },
			func(s string) bool { return text != "" && ordered(op, s < text, s == text) }), p.allowed(attribute, true)
	}
	low, lowText, err := p.operand(op)
	if err != nil || p.word() != "TO" {
		return nil, fmt.Errorf("operator %q of %s: %w", op, attribute, err)
	}
	high, highText, err := p.operand(p.word())
	if err != nil || (lowText == "") != (highText == "") || high < low || highText < lowText {
		return nil, fmt.Errorf("range of %s to %v%s: %w", attribute, high, highText, err)
	}
	return within(attribute, func(v float64) bool { return lowText == "" && v >= low && v <= high },
		func(s string) bool { return lowText != "" && s >= lowText && s <= highText }), p.allowed(attribute, true)
}

func ordered(op string, less, equal bool) bool {
	switch op {
	case "<":
		return less
	case "<=":
		return less || equal
	case ">":
		return !less && !equal
	}
	return !less
}

func (p *filterParser) in(attribute string) (filterTest, error) {
	if got := p.word(); got != "[" {
		return nil, fmt.Errorf("%q instead of [", got)
	}
	var all []string
	for {
		_, text, err := p.operand(p.word())
		if err != nil || text == "" {
			return nil, fmt.Errorf("value of a list: %w", err)
		}
		all = append(all, attribute+"="+text)
		switch got := p.word(); got {
		case ",":
			continue
		case "]":
			return func(doc *fakeDoc) bool {
				return slices.ContainsFunc(all, func(value string) bool { return doc.texts[value] })
			}, p.allowed(attribute, false)
		default:
			return nil, fmt.Errorf("%q in a list", got)
		}
	}
}

// operand reads a number, or a text in quotes as it is compared: in small letters. The adapter writes
// ASCII without quotes and backslashes only.
func (p *filterParser) operand(word string) (n float64, text string, err error) {
	if !strings.HasPrefix(word, `"`) {
		n, err = strconv.ParseFloat(word, 64)
		return n, "", err
	}
	text = strings.Trim(word, `"`)
	if text == "" || len(text) > maxFakeValue || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return 0, "", fmt.Errorf("value %q", text)
	}
	return 0, text, nil
}

// within tests whether any number, or any text, of an attribute passes.
func within(attribute string, number func(float64) bool, text func(string) bool) filterTest {
	return func(doc *fakeDoc) bool {
		if slices.ContainsFunc(doc.numbers[attribute], number) {
			return true
		}
		return slices.ContainsFunc(doc.told[attribute], func(s string) bool { return text(strings.ToLower(s)) })
	}
}

// allowed tells whether an attribute was declared for the operator.
func (p *filterParser) allowed(attribute string, comparison bool) error {
	if filterable(p.rules, attribute, comparison) {
		return nil
	}
	return fmt.Errorf("attribute %q is not filterable so (comparison: %v)", attribute, comparison)
}

func filterable(rules []fakeRule, attribute string, comparison bool) bool {
	for _, rule := range rules {
		for _, pattern := range rule.AttributePatterns {
			prefix, wild := strings.CutSuffix(pattern, "*")
			if pattern == attribute || wild && strings.HasPrefix(attribute, prefix) {
				return rule.Features.Filter.Equality && (!comparison || rule.Features.Filter.Comparison)
			}
		}
	}
	return false
}
