// Package demo holds what `serve --demo` shows: a small shop that runs under /demo/ and is recorded
// like any site, and a dozen recordings of people in it. The shop has faults on purpose (a coupon that
// fails, a pay button that then does nothing, a button without effect, a slow page), so that there is
// something to find. Nothing here stores anything.
package demo
