import { describe, expect, it } from 'vitest';
import { makeFormat } from '../src/i18n/format';
import { rate, vitalsOf } from '../src/lib/vitals';

describe('web vitals', () => {
  it('are rated at the thresholds of web.dev', () => {
    expect([2500, 2501, 4000, 4001].map((ms) => rate('LCP', ms))).toEqual(['good', 'fair', 'fair', 'poor']);
    expect([0.1, 0.2, 0.3].map((score) => rate('CLS', score))).toEqual(['good', 'fair', 'poor']);
    expect([200, 500, 501].map((ms) => rate('INP', ms))).toEqual(['good', 'fair', 'poor']);
  });

  it('are told in the order they happen, and only those that are known', () => {
    expect(vitalsOf({ INP: 300, TTFB: 40, FID: 3 })).toEqual([
      { name: 'TTFB', value: 40, rating: 'good' },
      { name: 'INP', value: 300, rating: 'fair' },
    ]);
    expect(vitalsOf(null)).toEqual([]);
  });

  it('are written in ms, and in seconds from one on', () => {
    expect(makeFormat('en').latency(240.4)).toBe('240 ms');
    expect(makeFormat('en').latency(2440)).toBe('2.4 sec');
    expect(makeFormat('ko').latency(2440)).toBe('2.4초');
  });
});
