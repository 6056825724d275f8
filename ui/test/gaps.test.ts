import { describe, expect, it } from 'vitest';
import { addDamage, type Gap, gapAt, gapsOf, openingGap, type Why } from '../src/player/gaps';

const end = 100_000;
const gap = (why: Why, from: number, to: number): Gap => ({ why, from, to });
const at = (gaps: Gap[], time: number) => gapAt(gaps, time, end);

describe('the gap that a time lies in', () => {
  it('is not that of the events beside it', () => {
    const missing = gap('batches', 1000, 5000);
    expect([999, 1000, 1001, 4999, 5000].map((time) => at([missing], time))).toEqual([null, null, missing, missing, null]);
  });

  it('begins at once where nothing can be shown', () => {
    const damaged = gap('damaged', 1000, 5000);
    expect([999, 1000, 5000].map((time) => at([damaged], time))).toEqual([null, damaged, null]);
  });

  it('holds the end where nothing comes after it', () => {
    const last = gap('damaged', 90_000, end);
    expect([end - 1, end].map((time) => at([last], time))).toEqual([last, last]);
  });

  it('is that with nothing to be seen, and the longest', () => {
    const [missing, pictureless, longer] = [gap('batches', 0, 50_000), gap('snapshot', 1000, 20_000), gap('damaged', 2000, 30_000)];
    expect(at([missing, pictureless, longer], 10_000)).toBe(longer);
    expect(at([longer, pictureless, missing], 1500)).toBe(pictureless);
    expect(at([missing, pictureless], 40_000)).toBe(missing);
  });
});

describe('the gaps of a tab', () => {
  it('are what the service lacks and what was found damaged, in order', () => {
    const tab = {
      id: 'a', startedAt: 0, endedAt: end, events: 1, playable: true, playableFrom: 500,
      missing: [{ why: 'snapshot' as const, fromSeq: -1, toSeq: -1, from: 0, to: 500 }, { why: 'batches' as const, fromSeq: 4, toSeq: 5, from: 9000, to: 9900 }],
    };
    expect(gapsOf(tab, [gap('damaged', 3000, 4000)])).toEqual([gap('snapshot', 0, 500), gap('damaged', 3000, 4000), gap('batches', 9000, 9900)]);
    expect(gapsOf({ ...tab, missing: null }, [])).toEqual([]);
    expect(gapsOf(undefined, [])).toEqual([]);
  });

  it('hold a damaged stretch once, however often and in whatever parts it is met', () => {
    const known = addDamage(addDamage([], 1000, 2000), 5000, 6000);
    expect(addDamage(known, 1000, 2000)).toHaveLength(2);
    expect(addDamage(known, 2000, 5000)).toEqual([gap('damaged', 1000, 6000)]);
  });
});

it('tells the beginning that cannot be shown from what cannot be shown later, or ever', () => {
  const opening = gap('snapshot', 0, 35_000);
  expect(openingGap([gap('batches', 0, 1000), opening], 0, end)).toBe(opening);
  expect(openingGap([gap('snapshot', 5000, 35_000)], 0, end)).toBeNull();
  expect(openingGap([gap('snapshot', 0, end)], 0, end)).toBeNull();
});
