// Package replay is the domain of recorded sessions: it takes batches of rrweb
// events in, keeps them durable, gives them back by time window, seals ended
// sessions into one object each, and erases them.
//
// The words used here (session, tab, event, batch, block, pack, sealed session,
// moment) are defined in docs/GLOSSARY.md. The package knows no database, no web
// framework and no object store: it states what it needs of them in [Store] and
// in [blob.Bucket].
package replay
