import { describe, expect, it } from 'vitest';
import { codePoints, complete, cut } from '../src/views/sessions/completing';

describe('completing a query', () => {
  it('puts a key in its place, and the cursor where its value goes', () => {
    expect(complete('결제 bro', { from: 3, to: 6 }, { text: 'browser:', kind: 'key' })).toEqual({ text: '결제 browser:', caret: 11 });
  });

  it('goes on behind a value, without a second space', () => {
    expect(complete('browser:Sa', { from: 8, to: 10 }, { text: '"Samsung Internet"', kind: 'value' })).toEqual({ text: 'browser:"Samsung Internet" ', caret: 27 });
    expect(complete('os:i 결제', { from: 3, to: 4 }, { text: 'iOS', kind: 'value' })).toEqual({ text: 'os:iOS 결제', caret: 6 });
    expect(complete('os:[i]', { from: 4, to: 5 }, { text: 'iOS', kind: 'value' }).text).toBe('os:[iOS]');
  });

  it('counts letters as the service does, not halves of them', () => {
    expect(codePoints('👍 bro', 6)).toBe(5);
    expect(complete('👍 bro', { from: 2, to: 5 }, { text: 'browser:', kind: 'key' })).toEqual({ text: '👍 browser:', caret: 11 });
  });

  it('leaves operators open', () => {
    expect(complete('rage:', { from: 5, to: 5 }, { text: '>', kind: 'operator' })).toEqual({ text: 'rage:>', caret: 6 });
  });
});

describe('the refused part', () => {
  it('is cut out by code points', () => {
    expect(cut('👍 x:y', 2, 4)).toEqual(['👍 ', 'x:', 'y']);
  });

  it('is a space wide where something is missing', () => {
    expect(cut('rage:', 5, 6)).toEqual(['rage:', '\u00a0', '']);
  });
});
