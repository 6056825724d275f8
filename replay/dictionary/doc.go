// Package dictionary learns a project's site dictionary: content that its sessions share, against which each of their blocks
// is compressed, so that a block need not hold the page's markup and styles again.
//
// A dictionary must not hold anything personal, since it outlives the sessions it was learned from. So events are cut into
// chunks where their content says so, and a chunk is only taken whole, and only if it was seen in at least k distinct sessions of at
// least [PeopleMin] people, or in k sessions of which nobody knows whose they are. A secret in the midst of a page makes the chunk around it
// another one, seen in that person's sessions alone. Where two chunks now stand side by side that did not
// before, the seam makes a string that nobody wrote; it tells nothing either.
//
// The package reads no clock, no files and no database: sessions come in, bytes go out.
package dictionary
