import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { withJosa } from '../src/i18n/josa';
import { ko } from '../src/i18n/ko';
import { momentKinds } from '../src/api/types';
import { faultText, keyHelp } from '../src/views/sessions/names';

// The service names the keys of the query language, and the reasons for which it refuses a query,
// in tables of its package search. What the app says of them is held against its source.

const search = join(import.meta.dirname, '../../search');

/** The table that a Go file declares under a name: its text up to the closing brace. */
function table(file: string, name: string): string {
  const source = readFileSync(join(search, file), 'utf8');
  const from = source.indexOf(`var ${name} = `);
  expect(from, `${name} in ${file}`).toBeGreaterThan(-1);
  return source.slice(from, source.indexOf('\n}\n', from));
}

const strings = (text: string) => [...text.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);

describe('the query language', () => {
  const keys = [...table('field.go', 'Keys').matchAll(/\{Key: "([^"]+)"/g)].map(([, key = '']) => key);

  it('has no key that the app does not explain, and the app explains no other', () => {
    expect(keys.length).toBeGreaterThan(40);
    expect(Object.keys(en.query.keys).sort()).toEqual([...keys].sort());
  });

  it('explains each trait', () => {
    expect(keyHelp('trait.plan', en)).toBe(en.query.trait);
    expect(keyHelp('nosuch', en)).toBe('');
  });

  const codes = [...table('error.go', 'ErrorCodes').matchAll(/\{Code: "([^"]+)"(?:, Args: \[\]string\{([^}]*)\})?/g)].map(([, code = '', args = '']) => ({ code, args: strings(args) }));

  it('refuses for no reason that the app cannot tell, in either language', () => {
    expect(codes.length).toBeGreaterThan(20);
    expect(Object.keys(en.query.faults).sort()).toEqual(codes.map(({ code }) => code).sort());
  });

  it.each(codes.map(({ code, args }) => [code, args]))('tells %s with nothing left open', (code, args) => {
    for (const t of [en, ko]) {
      for (const given of [args.map((name) => `«${name}»`), args.map((name) => (name.endsWith('?') ? '' : `«${name}»`))]) {
        const said = faultText({ detail: 'not known here', query: { position: 0, end: 1, code: code as string, args: given, hint: '' } }, t);
        expect(said).not.toMatch(/undefined|not known here|  /);
        expect(said).toMatch(/[.:?\]]$|[가-힣]$|»$|\)$/);
      }
    }
  });

  it('is quoted where the reason is new', () => {
    expect(faultText({ detail: 'It is odd', query: { position: 0, end: 1, code: 'odd', args: [], hint: 'Write less.' } }, ko)).toBe('It is odd. Write less.');
    expect(faultText({ detail: 'Too much' }, ko)).toBe('Too much');
  });
});

it('each signal that is searched for has a name', () => {
  const signals = strings(table('search.go', 'SignalKeys').replace(/^[^{]*/, '').split('\n')[0] ?? '');
  expect(signals).toContain('rage');
  for (const t of [en, ko]) {
    for (const name of signals) {
      expect(t.sessions.has[name], name).toBeTruthy();
      expect((t.sessions.signals as Record<string, (n: number) => string>)[name]?.(2), name).toMatch(/2/);
    }
    expect(Object.keys(t.panel.kind).sort()).toEqual([...momentKinds].sort());
  }
});

describe('particles', () => {
  it('follow the last sound of a word', () => {
    expect([withJosa('결제', '과', '와'), withJosa('쿠폰', '과', '와'), withJosa('‘쿠폰’', '과', '와'), withJosa('coupon', '과', '와')]).toEqual([
      '결제와', '쿠폰과', '‘쿠폰’과', 'coupon와(과)',
    ]);
    expect(ko.sessions.typos('결재')).toBe('‘결재’와 정확히 일치하는 결과가 없어 비슷한 단어로 찾았어요.');
    expect(ko.sessions.typos('')).toBe('검색어와 정확히 일치하는 결과가 없어 비슷한 단어로 찾았어요.');
  });
});
