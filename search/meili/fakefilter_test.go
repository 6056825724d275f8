package meili

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// filterParser reads the filters that the adapter writes, by the published grammar: NOT binds
// before AND before OR.
type filterParser struct {
	rest  string
	index *fakeIndex
}

type filterTest func(doc map[string]any) bool

func (p *filterParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		return ""
	}
	n := strings.IndexAny(p.rest, " ()")
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
	return func(doc map[string]any) bool {
		for _, test := range tests {
			if test(doc) == (op == "OR") {
				return op == "OR"
			}
		}
		return op != "OR"
	}, nil
}

func (p *filterParser) not() (filterTest, error) {
	switch p.peek() {
	case "NOT":
		p.word()
		test, err := p.not()
		if err != nil {
			return nil, err
		}
		return func(doc map[string]any) bool { return !test(doc) }, nil
	case "(":
		p.word()
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
	if op == "NOT" && p.word() == "EXISTS" {
		return func(doc map[string]any) bool { return doc[attribute] == nil }, p.allowed(attribute, false)
	}
	switch op {
	case "EXISTS":
		return func(doc map[string]any) bool { return doc[attribute] != nil }, p.allowed(attribute, false)
	case "=":
		value := p.word()
		if len(value) < 2 || value[0] != '"' {
			return nil, fmt.Errorf("value %q is not quoted", value)
		}
		value = strings.ToLower(strings.Trim(value, `"`))
		if len(value) > 468 {
			return nil, fmt.Errorf("value of %d bytes", len(value))
		}
		return func(doc map[string]any) bool {
			return slices.ContainsFunc(values(doc[attribute]), func(v any) bool {
				text, ok := v.(string)
				return ok && strings.EqualFold(text, value)
			})
		}, p.allowed(attribute, false)
	case "<", "<=", ">", ">=":
		n, err := strconv.ParseFloat(p.word(), 64)
		if err != nil {
			return nil, err
		}
		return numbers(attribute, func(v float64) bool {
			return op == "<" && v < n || op == "<=" && v <= n || op == ">" && v > n || op == ">=" && v >= n
		}), p.allowed(attribute, true)
	}
	from, err := strconv.ParseFloat(op, 64)
	to := p.word()
	if err != nil || to != "TO" {
		return nil, fmt.Errorf("operator %q of %s", op, attribute)
	}
	n, err := strconv.ParseFloat(p.word(), 64)
	if err != nil || n < from {
		return nil, fmt.Errorf("range from %v to %v: %w", from, n, err)
	}
	return numbers(attribute, func(v float64) bool { return v >= from && v <= n }), p.allowed(attribute, true)
}

// numbers tests whether any number of an attribute passes.
func numbers(attribute string, test func(float64) bool) filterTest {
	return func(doc map[string]any) bool {
		return slices.ContainsFunc(values(doc[attribute]), func(v any) bool {
			n, ok := v.(float64)
			return ok && test(n)
		})
	}
}

// allowed tells whether an attribute was declared for the operator.
func (p *filterParser) allowed(attribute string, comparison bool) error {
	for _, rule := range p.index.filterable {
		for _, pattern := range rule.AttributePatterns {
			prefix, wild := strings.CutSuffix(pattern, "*")
			if pattern != attribute && !(wild && strings.HasPrefix(attribute, prefix)) {
				continue
			}
			if filter := rule.Features.Filter; comparison && filter.Comparison || !comparison && filter.Equality {
				return nil
			}
		}
	}
	return fmt.Errorf("attribute %q is not filterable so (comparison: %v)", attribute, comparison)
}
