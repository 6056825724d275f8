import { describe, expect, it } from 'vitest';
import { hasTerm, plainWords, settled, sortIn, termOf, toggleTerm, unquoted, withoutSort, words } from '../src/views/sessions/terms';
import { pieces } from '../src/views/sessions/marked';
import { follow, merge } from '../src/views/sessions/useSessionList';
import { originOf } from '../src/views/settings/origin';
import { scriptTag } from '../src/lib/snippet';
import { countUntil } from '../src/lib/moments';
import type { SessionHit } from '../src/api/types';

describe('terms', () => {
  it('quote what is not a plain word', () => {
    expect(termOf('browser', 'Chrome')).toBe('browser:Chrome');
    expect(termOf('browser', 'Samsung Internet')).toBe('browser:"Samsung Internet"');
    expect(termOf('release', 'a"b')).toBe('release:"a\\"b"');
    expect(termOf('release', '1..2')).toBe('release:"1..2"');
  });

  it('are read as they were written', () => {
    for (const value of ['Chrome', 'Samsung Internet', 'a"b\\c']) expect(unquoted(termOf('x', value).slice(2))).toBe(value);
  });

  it('are found and toggled without touching the rest', () => {
    const query = 'error:"no such item" 결제';
    expect(words(query)).toEqual(['error:"no such item"', '결제']);
    const narrowed = toggleTerm(query, 'browser:Chrome');
    expect(narrowed).toBe('error:"no such item" 결제 browser:Chrome');
    expect(hasTerm(narrowed, 'browser:chrome')).toBe(true);
    expect(toggleTerm(narrowed, 'browser:Chrome')).toBe(query);
    expect(hasTerm(query, 'browser:Chrome')).toBe(false);
  });
});

describe('a query', () => {
  it('may bring its own order', () => {
    expect(sortIn('결제 sort:oldest')).toBe('oldest');
    expect(sortIn('Sort:Relevance a')).toBe('relevance');
    expect(sortIn('"sort:oldest" a')).toBeUndefined();
    expect(sortIn('sort:never')).toBeUndefined();
    expect(withoutSort('a  sort:oldest "b  c"')).toBe('a "b  c"');
    expect(withoutSort('a  b')).toBe('a  b');
  });

  it('has words that are looked for everywhere', () => {
    expect(plainWords('결제 OR 쿠폰 has:rage "in quotes" -not !that (a) pre*')).toEqual(['결제', '쿠폰']);
  });

  it('is asked without what is only begun', () => {
    const keys = ['browser', 'error', 'error.type', 'rage'];
    for (const begun of ['rage:', '-browser:', 'rage:>', 'rage:>=', 'os:[iOS,', 'os:(iOS OR', '"in quo', 'error:"is no', 'OR', '-', '(', '(error.type:', 'brow', '-brow', 'rage', 'error.t', 'rage:> OR brow']) {
      expect(settled(`결제 ${begun}`, keys), begun).toBe('결제');
    }
    for (const whole of ['', 'ragequit', '"rage"', 'rage:>2', 'os:[iOS,Android]', 'os:(iOS OR Android)', '"in quotes"', 'a OR x', '결제', 'http://x/', 'FLOOR', 'a-', 'browsed', 'brow ser']) {
      expect(settled(whole, keys), whole).toBe(whole);
    }
  });
});

describe('marked text', () => {
  it('is cut at code points, not at halves of them', () => {
    expect(pieces('👍 결제가 안 돼요', [2, 4])).toEqual([
      { text: '👍 ', hit: false },
      { text: '결제', hit: true },
      { text: '가 안 돼요', hit: false },
    ]);
  });

  it('survives spans that overlap or lie outside', () => {
    expect(pieces('abc', [1, 2, 1, 3, 9, 12]).map((piece) => piece.text).join('')).toBe('abc');
    expect(pieces('', [0, 4])).toEqual([]);
  });
});

describe('merging the newest sessions in', () => {
  const hit = (id: string, startedAt: number, rawBytes = 0) => ({ id, startedAt, rawBytes }) as SessionHit;

  it('puts new ones first, keeps order, and takes the latest state', () => {
    const merged = merge([hit('c', 3), hit('b', 2, 9)], [hit('b', 2), hit('a', 1)]);
    expect(merged?.map((session) => session.id)).toEqual(['c', 'b', 'a']);
    expect(merged?.[1]?.rawBytes).toBe(9);
  });

  it('tells when the two do not meet', () => {
    expect(merge([hit('z', 9)], [hit('a', 1)])).toBeNull();
    expect(merge([hit('z', 9)], [])?.length).toBe(1);
    expect(merge([], [hit('a', 1)])?.length).toBe(1);
  });

  it('never mixes sessions with the very words with those with similar ones', () => {
    const shown = [hit('a', 1)];
    expect(follow(undefined, true, shown)).toEqual(shown);
    expect(follow({ items: [hit('b', 2), hit('a', 1)], typos: true }, true, shown)?.length).toBe(2);
    expect(follow({ items: [hit('b', 2), hit('a', 1)] }, true, shown)).toBeNull();
    expect(follow({ items: [hit('b', 2), hit('a', 1)], typos: true }, false, shown)).toBeNull();
  });
});

it('takes origins and nothing else', () => {
  expect(originOf(' https://shop.example.com/ ')).toBe('https://shop.example.com');
  expect(originOf('http://localhost:3000')).toBe('http://localhost:3000');
  for (const wrong of ['shop.example.com', 'https://a.example/path', 'ftp://a.example', 'https://u:p@a.example', '']) expect(originOf(wrong)).toBeNull();
});

it('shows the tag that the recorder reads', () => {
  expect(scriptTag('https://r.example', 'ai_1')).toBe('<script async src="https://r.example/afterimage.js" data-key="ai_1"></script>');
});

it('counts moments up to a time', () => {
  const moments = [{ at: 1 }, { at: 5 }, { at: 5 }, { at: 9 }];
  expect([0, 1, 5, 8, 9].map((at) => countUntil(moments, at))).toEqual([0, 1, 3, 3, 4]);
});
