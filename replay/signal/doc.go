// Package signal finds moments in a stream of rrweb events: pages opened, clicks,
// errors, failed requests, answers to surveys. It is pure: events in, moments out.
package signal
