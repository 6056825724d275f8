// Package sqlstore keeps the index of sessions, the responses and the accounts in a
// SQL database: SQLite in the data folder, or PostgreSQL for scale. One [Store] is
// replay.Store, feedback.Store and account.Store.
//
// There is one body of SQL, run word for word on both engines: placeholders are $n in
// the order they first appear, times and clocks are bound from Go, JSON is opaque text,
// and every list has a total order. What must differ is named in dialect.go. The text
// of a statement stands beside the function that scans its rows, one file per
// aggregate; a public method opens the transaction and an unexported one takes it.
package sqlstore
