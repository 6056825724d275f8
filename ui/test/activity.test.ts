import { describe, expect, it } from 'vitest';
import { activeSpans, joinSpans, type Span, skipTo, type TimedEvent } from '../src/player/activity';

const second = 1000;
const move = (at: number): TimedEvent => ({ type: 3, timestamp: at * second, data: { source: 1 } });
const mutation = (at: number): TimedEvent => ({ type: 3, timestamp: at * second, data: { source: 0 } });

describe('spans of activity', () => {
  it('are made by what a person does, not by what the page does', () => {
    expect(activeSpans([mutation(1), { type: 2, timestamp: 5 * second }, { type: 5, timestamp: 6 * second, data: { tag: 'x' } }])).toEqual([]);
    expect(activeSpans([move(1), mutation(4), move(8)])).toEqual([[1 * second, 8 * second]]);
  });

  it('end where nothing was done for ten seconds', () => {
    expect(activeSpans([move(1), move(2), move(12), move(13)])).toEqual([
      [1 * second, 2 * second],
      [12 * second, 13 * second],
    ]);
  });

  it('join over the border of two windows', () => {
    expect(joinSpans([[0, 5 * second]], [[8 * second, 9 * second], [30 * second, 31 * second]])).toEqual([
      [0, 9 * second],
      [30 * second, 31 * second],
    ]);
  });
});

describe('skipping', () => {
  const spans: Span[] = [
    [0, 10 * second],
    [40 * second, 50 * second],
  ];
  const until = 60 * second;

  it('does nothing while the person is active, and a moment after', () => {
    expect(skipTo(spans, 5 * second, until)).toBeNull();
    expect(skipTo(spans, 11 * second, until)).toBeNull();
  });

  it('goes to shortly before the next activity', () => {
    expect(skipTo(spans, 12 * second, until)).toBe(39 * second);
    expect(skipTo(spans, 38.5 * second, until)).toBeNull();
  });

  it('leaves short pauses alone', () => {
    expect(skipTo([[0, 10 * second], [18 * second, 20 * second]], 12 * second, until)).toBeNull();
  });

  it('goes no further than what is known', () => {
    expect(skipTo([[0, 10 * second]], 15 * second, 30 * second)).toBe(29 * second);
    expect(skipTo([[0, 10 * second]], 15 * second, 18 * second)).toBeNull();
  });

  it('always makes progress', () => {
    let at = 12 * second;
    for (let i = 0; i < 5; i++) at = skipTo(spans, at, until) ?? at;
    expect(at).toBe(39 * second);
  });
});
