import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { makeFormat } from '../src/i18n/format';
import { firstLocale } from '../src/i18n/i18n';
import { ko } from '../src/i18n/ko';
import { plural } from '../src/i18n/plural';

const source = join(import.meta.dirname, '../src');

function tsx(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return tsx(path);
    return entry.name.endsWith('.tsx') ? [path] : [];
  });
}

/** Attributes whose text a person sees or hears. */
const spoken = new Set(['label', 'title', 'placeholder', 'alt', 'description', 'aria-label', 'aria-description', 'aria-valuetext', 'error', 'nothingFoundMessage']);
/** Names of keys, which are the same in every language. */
const universal = new Set(['⌘K', '/', 'ms']);

function literals(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && spoken.has(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer)) found.push(node.initializer.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression) && (ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent))) {
      found.push(node.expression.text.trim());
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.filter((text) => /\p{L}/u.test(text) && !universal.has(text));
}

describe('components', () => {
  const files = tsx(source);

  it('are there to be looked at', () => expect(files.length).toBeGreaterThan(30));

  it.each(files.map((path) => [path.slice(source.length + 1), path]))('say nothing outside the catalogues: %s', (_, path) => {
    expect(literals(path)).toEqual([]);
  });
});

/** Every sentence of a catalogue by its key; functions are called with samples. */
function sentences(catalogue: object, at = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]): [string, string][] => {
    const name = at ? `${at}.${key}` : key;
    if (typeof value === 'string') return [[name, value]];
    if (typeof value === 'function') return [[name, (value as (...a: unknown[]) => string)(2, 3)]];
    return sentences(value as object, name);
  });
}

describe('the catalogues', () => {
  const english = new Map(sentences(en));
  const korean = new Map(sentences(ko));

  it('have the same keys, and something to say at each', () => {
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
    for (const text of [...english.values(), ...korean.values()]) expect(text.trim()).not.toBe('');
  });

  it('are in the language they are for', () => {
    const same = [...english].filter(([key, text]) => /[a-z]{4,}/.test(text) && korean.get(key) === text).map(([key]) => key);
    expect(same.sort()).toEqual(['app.name', 'language.en', 'settings.origins.placeholder', 'shortcuts.enter']);
    // "language.ko" names Korean in Korean, so that its speakers find it.
    expect([...english].filter(([key, text]) => /[가-힣]/.test(text) && key !== 'language.ko')).toEqual([]);
  });
});

describe('plurals', () => {
  it('follow the language', () => {
    expect(en.sessions.signals.errors(1)).toBe('1 error');
    expect(en.sessions.signals.errors(1200)).toBe('1,200 errors');
    expect(ko.sessions.signals.errors(1)).toBe('오류 1건');
    expect(plural('en', 0, { other: '# none' })).toBe('0 none');
  });
});

describe('formats', () => {
  const f = makeFormat('en');

  it('write durations as players do', () => {
    expect([0, 83_000, 3_723_000, -5].map((ms) => f.duration(ms))).toEqual(['0:00', '1:23', '1:02:03', '0:00']);
  });

  it('write stretches in words', () => {
    expect([12_000, 125_000, 120_000, 10].map((ms) => f.span(ms))).toEqual(['12 sec', '2 min 5 sec', '2 min', '1 sec']);
    expect(makeFormat('ko').span(12_000)).toBe('12초');
  });

  it('write times relative while near, and as a date beyond a week', () => {
    const now = Date.UTC(2026, 4, 20, 12);
    expect(f.relative(now - 3 * 60_000, now)).toBe('3 min. ago');
    expect(f.relative(now - 26 * 3_600_000, now)).toBe('yesterday');
    expect(f.relative(now - 9 * 86_400_000, now)).toContain('May');
    expect(makeFormat('ko').relative(now - 3 * 60_000, now)).toBe('3분 전');
  });

  it('never fail on what a browser claimed to be', () => {
    expect(f.country('KR')).toBe('South Korea');
    expect(f.country('not a country')).toBe('not a country');
    expect(f.language('xx-not-valid-!')).toBe('xx-not-valid-!');
    expect(f.bytes(0)).toBe('0 byte');
    expect(f.bytes(1_500_000)).toBe('1.5 MB');
  });
});

it('chooses the language remembered, else the browser’s first that is there', () => {
  expect(firstLocale('ko', ['en-US'])).toBe('ko');
  expect(firstLocale(null, ['de-DE', 'ko-KR', 'en'])).toBe('ko');
  expect(firstLocale('xx', ['fr'])).toBe('en');
});
