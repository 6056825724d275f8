// Package dictionary learns a project's site dictionary: content that its sessions share, against which each of their blocks
// is compressed, so that a block need not hold the page's markup and styles again.
//
// A dictionary outlives the sessions it was learned from, so nothing personal may be in it. Events are cut into chunks where
// their content says so. A chunk is taken whole or not at all, and only if enough sessions of enough people had it;
// [Rules.MinSessions] says when. A secret in the midst of a page makes the chunks it lies in other ones, which only that person's sessions
// have, and leaves those around it alone.
//
// Node ids, times and places differ between sessions where all around them is the same. So each chunk is counted a second time
// with all its digits 0, and where only that is shared, that is what the dictionary holds: a number is
// in it only if enough sessions had the very chunk around it.
//
// Where two chunks stand side by side that did not before, their seam makes a string that nobody wrote. It tells
// no more than the two do, and costs nothing: matches end there.
//
// The package reads no clock, no file and no database: sessions come in, bytes go out.
package dictionary
