package signal

import (
	"strings"
	"testing"
)

// TestFingerprintAcrossBrowsers: one fault as Chrome, Firefox and Safari tell it.
func TestFingerprintAcrossBrowsers(t *testing.T) {
	chrome := "TypeError: Cannot read properties of undefined (reading 'discount')\n    at apply (https://shop.kr/js/cart.js:53:29)\n    at async HTMLFormElement.<anonymous> (https://shop.kr/js/cart.js:80:5)"
	for name, c := range map[string]struct {
		want   string
		faults []exceptionData
	}{
		"property of undefined": {"3c014431970b8f39", []exceptionData{
			{Type: "TypeError", Message: "Cannot read properties of undefined (reading 'discount')", Stack: chrome},
			{Type: "TypeError", Message: "Uncaught TypeError: Cannot read properties of undefined (reading 'discount')", Stack: chrome},
			{Type: "TypeError", Message: "Cannot read property 'discount' of undefined", Stack: chrome},
			{Type: "TypeError", Message: "can't access property \"discount\", answer.coupon is undefined", Stack: "apply@https://shop.kr/js/cart.js:53:29\nasync*@https://shop.kr/js/cart.js:80:5\n"},
			{Type: "TypeError", Message: "answer.coupon is undefined", Stack: "async*apply@https://shop.kr/js/cart.js:53:29"},
			{Type: "TypeError", Message: "undefined is not an object (evaluating 'answer.coupon.discount')", Stack: "apply@https://shop.kr/js/cart.js:53:36\n@https://shop.kr/js/cart.js:80:12"},
			{Type: "TypeError", Message: "undefined is not an object (evaluating 'answer.coupon.discount')", Stack: "apply@https://staging.shop.kr/js/cart.js?v=7:1:2"},
		}},
		"not a function": {"56c361b4c3f173f6", []exceptionData{
			{Type: "TypeError", Message: "cart.total is not a function", Stack: "TypeError: cart.total is not a function\n    at Cart.render (https://shop.kr/assets/index-BkH3f9aX.js:1:200)"},
			{Type: "TypeError", Message: "cart.total is not a function", Stack: "render@https://shop.kr/assets/index-D0aWq_Z1.js:1:201"},
			{Type: "TypeError", Message: "cart.total is not a function. (In 'cart.total()', 'cart.total' is undefined)", Stack: "render@https://shop.kr/assets/index-BkH3f9aX.js:1:210\nforEach@[native code]"},
		}},
		"not defined": {"3a1957e98fdd40d4", []exceptionData{
			{Type: "ReferenceError", Message: "gtag is not defined", Stack: "    at https://shop.kr/a.js:1:1"},
			{Type: "ReferenceError", Message: "Can't find variable: gtag", Stack: "global code@https://shop.kr/a.js:1:5"},
		}},
		"fetch": {"25c7f9cbb8e08089", []exceptionData{
			{Kind: "rejection", Type: "TypeError", Message: "Failed to fetch"},
			{Kind: "rejection", Type: "TypeError", Message: "NetworkError when attempting to fetch resource."},
			{Kind: "rejection", Type: "TypeError", Message: "Load failed"},
		}},
		"JSON": {"834b628e54fec250", []exceptionData{
			{Type: "SyntaxError", Message: `Unexpected token '<', "<!DOCTYPE "... is not valid JSON`},
			{Type: "SyntaxError", Message: "Unexpected token < in JSON at position 0"},
			{Type: "SyntaxError", Message: "JSON.parse: unexpected character at line 1 column 1 of the JSON data"},
			{Type: "SyntaxError", Message: "JSON Parse error: Unrecognized token '<'"},
		}},
		"recursion": {"4da6650d8a8698f8", []exceptionData{
			{Type: "RangeError", Message: "Maximum call stack size exceeded", Stack: "    at walk (https://shop.kr/a.js:1:1)"},
			{Type: "InternalError", Message: "too much recursion", Stack: "walk@https://shop.kr/a.js:1:1"},
			{Type: "RangeError", Message: "Maximum call stack size exceeded.", Stack: "walk@https://shop.kr/a.js:1:1"},
		}},
		"what changes": {"721b00a52272fa25", []exceptionData{
			{Type: "Error", Message: "order 1207 of 0193a1b2-0000-7000-8000-000000000001 at https://api.kr/orders/1207?t=1 failed: 'late'"},
			{Type: "Error", Message: "order 3 of 0193a1b2-0000-7000-8000-0000000000ff at https://api.kr/orders/3 failed: 'gone away'."},
		}},
		"library": {"842d5125d7cf8e53", []exceptionData{
			{Type: "Error", Message: "x", Stack: "Error: x\n    at invariant (https://shop.kr/node_modules/react/index.js:1:1)\n    at Pay (https://shop.kr/src/pay.js:4:1)"},
			{Type: "Error", Message: "x", Stack: "Error: x\n    at Array.map (<anonymous>)\n    at Pay (https://shop.kr/src/pay.js:9:1)"},
			{Type: "Error", Message: "x", Stack: "Error: x\n    at chrome-extension://abc/inject.js:1:1\n    at new Pay (https://shop.kr/src/pay.js:9:1)"},
		}},
	} {
		for i := range c.faults {
			got := fingerprint(&c.faults[i])
			if got != c.want {
				k, m := normalMessage(c.faults[i].Type, c.faults[i].Message)
				t.Errorf("%s, %d: got %s, want %s (%s, %s, %s)", name, i, got, c.want, k, m, ownFrame(c.faults[i].Stack))
			}
		}
	}
}

// TestFingerprintsDiffer: what is not the same fault has another.
func TestFingerprintsDiffer(t *testing.T) {
	seen := map[string]int{}
	for i, e := range []exceptionData{
		{Type: "TypeError", Message: "Cannot read properties of undefined (reading 'a')", Stack: "    at f1 (https://x.kr/a.js:1:1)"},
		{Type: "TypeError", Message: "Cannot read properties of null (reading 'a')", Stack: "    at f1 (https://x.kr/a.js:1:1)"},
		{Type: "TypeError", Message: "Cannot read properties of null (reading 'a')", Stack: "    at pay (https://x.kr/a.js:1:1)"},
		{Type: "TypeError", Message: "Cannot read properties of null (reading 'a')", Stack: "    at pay (https://x.kr/b.js:1:1)"},
		{Type: "Error", Message: "out of stock"},
		{Type: "StockError", Message: "out of stock"},
		{Type: "Error", Message: "결제 실패"},
		{Type: "Error", Message: "배송 실패"},
		{Type: "Error", Message: "x", Source: "https://x.kr/checkout.js"},
		{Type: "Error", Message: "x", Source: "https://x.kr/checkout-page.js"},
		{},
	} {
		got := fingerprint(&e)
		if other, again := seen[got]; again {
			t.Errorf("%d has the fingerprint of %d", i, other)
		}
		if len(got) != 16 || strings.Trim(got, "0123456789abcdef") != "" {
			t.Errorf("%d: %q", i, got)
		}
		seen[got] = i
	}
}
