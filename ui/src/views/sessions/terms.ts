import type { Sort } from '../../api/types';

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

/** A value as it is, however it was written in a query. */
export function unquoted(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export function hasTerm(query: string, term: string): boolean {
  return words(query).some((word) => same(word, term));
}

export function toggleTerm(query: string, term: string): string {
  const rest = words(query).filter((word) => !same(word, term));
  return hasTerm(query, term) ? rest.join(' ') : [...rest, term].join(' ');
}

const order = /^sort:(newest|oldest|relevance)$/i;

/** The order that a query itself asks for, which goes before the one chosen beside it. */
export function sortIn(query: string): Sort | undefined {
  const [, sort] = words(query).map((word) => order.exec(word)).find(Boolean) ?? [];
  return sort?.toLowerCase() as Sort | undefined;
}

export function withoutSort(query: string): string {
  return sortIn(query) ? words(query).filter((word) => !order.test(word)).join(' ') : query;
}

/** The words that are looked for everywhere, as they were typed: no filters, nothing in quotes or left out. */
export function plainWords(query: string): string[] {
  return words(query).filter((word) => word !== 'OR' && !/["():*]/.test(word) && !/^[-!]/.test(word));
}

const openPhrase = /(?:^|[\s(])[-!]?(?:[\w.]+:)?"(?:[^"\\]|\\.)*$/;
const openFilter = /(?:^|[\s(])[-!]?[\w.]+:(?:[<>]=?|[[(][^\])]*)?$/;
const openEnd = /(?:^|\s)(?:OR|[-!(])$/;
const lastWord = /(?:^|[\s(])[-!]?([a-z.]+)$/;

/**
 * What of a query that is being typed can be asked already: not a filter, phrase or OR that somebody is in
 * the middle of, nor a word that may become one of the keys.
 */
export function settled(query: string, keys: readonly string[]): string {
  const word = lastWord.exec(query)?.[1];
  const key = word && keys.some((one) => one.startsWith(word)) ? lastWord : undefined;
  const open = [openPhrase, openFilter, openEnd, key].find((one) => one?.test(query));
  return open ? settled(query.replace(open, ''), keys) : query.trim();
}
