// Chips beside the search field put a filter such as browser:Chrome into the query, or
// take it out again.

/** Splits a query at spaces outside quotes. */
export function words(query: string): string[] {
  return query.match(/(?:[^\s"]|"(?:\\.|[^"\\])*"?)+/g) ?? [];
}

/** One filter of the query language; a value with anything but plain letters in it is quoted. */
export function termOf(field: string, value: string): string {
  const plain = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(value) && !value.includes('..');
  return `${field}:${plain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export function hasTerm(query: string, term: string): boolean {
  return words(query).some((word) => same(word, term));
}

export function toggleTerm(query: string, term: string): string {
  const rest = words(query).filter((word) => !same(word, term));
  return hasTerm(query, term) ? rest.join(' ') : [...rest, term].join(' ');
}
