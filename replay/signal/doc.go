// Package signal finds moments in a stream of rrweb events: pages opened, clicks, errors, failed requests, answers to
// surveys, and what went wrong for the person. It is pure: events in, moments out.
//
// A [Batch] reads the events of one upload once. It gives the moments that a single event tells, and [Fact]s: what is
// left of the events for whoever has to look further than one upload. A [Detector] goes through the facts of a tab and gives the
// moments that take more than one event to see, each kind in a file of its own. How a stream was cut into uploads
// changes nothing of what is found.
package signal
