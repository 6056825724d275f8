import { describe, expect, it } from 'vitest';
import { covers, type EventWindow, type Extent, firstWindow, furtherWindow, grow, nextWindow, outgrown, reachesEnd, type Run } from '../src/player/windows';

const minute = 60_000;
const start = 1_700_000_000_000;
const hour: Extent = { start, end: start + 60 * minute, live: false };
const run = (over: Partial<Run> = {}): Run => ({ from: start, to: start + minute, bytes: 600_000, complete: false, torn: false, lastMs: 30_000, lastBytes: 300_000, ...over });
const lengthOf = (window: EventWindow | null) => (window?.to ?? NaN) - (window?.from ?? NaN);

describe('the first window', () => {
  it('begins with a keyframe at the time asked for, and is short', () => {
    const window = firstWindow(start + 5 * minute, 1, hour);
    expect(window).toEqual({ from: start + 5 * minute, to: start + 5 * minute + 4_000, keyframe: true });
  });

  it('is longer where it is played faster, but stays short', () => {
    expect(lengthOf(firstWindow(start, 2, hour))).toBe(8_000);
    expect(lengthOf(firstWindow(start, 16, hour))).toBe(16_000);
    expect(lengthOf(firstWindow(start, 0.5, hour))).toBe(4_000);
  });

  it('begins earlier where one is to look back', () => {
    expect(firstWindow(start + minute, 1, hour, 10_000)).toEqual({ from: start + 50_000, to: start + 64_000, keyframe: true });
    expect(firstWindow(start + 5_000, 1, hour, 10_000).from).toBe(start);
  });

  it('stays inside the session', () => {
    expect(firstWindow(start - minute, 1, hour).from).toBe(start);
    expect(firstWindow(start + 90 * minute, 1, hour).from).toBe(hour.end);
  });

  it('takes in the last event, and leaves the end open while more may come', () => {
    expect(firstWindow(hour.end - 1000, 1, hour).to).toBe(hour.end + 1);
    expect(firstWindow(hour.end - 1000, 1, { ...hour, live: true }).to).toBeUndefined();
  });

  it('without a picture is followed by longer ones, up to the end, and not by what is damaged', () => {
    const first = firstWindow(start, 1, hour);
    expect(furtherWindow(first, [], hour)).toEqual({ from: start + 4_000, to: start + 20_000, keyframe: true });
    const damaged = { why: 'damaged' as const, from: start, to: start + minute };
    expect(furtherWindow(first, [damaged], hour)?.from).toBe(start + minute);
    expect(furtherWindow(firstWindow(hour.end, 1, hour), [], hour)).toBeNull();
    expect(furtherWindow(first, [{ ...damaged, to: hour.end }], hour)).toBeNull();
  });
});

describe('the next window', () => {
  it('follows the run without a gap or an overlap', () => {
    const window = nextWindow(run(), start + 30_000, 1, [], hour);
    expect(window?.from).toBe(start + minute);
    expect(window?.keyframe).toBe(false);
    expect(nextWindow(run({ torn: true }), start + 30_000, 1, [], hour)?.keyframe).toBe(true);
  });

  it('is not asked for while enough is ahead', () => {
    expect(nextWindow(run({ to: start + 2 * minute }), start, 1, [], hour)).toBeNull();
  });

  it('is asked for earlier when playing faster, but never without bound', () => {
    const ahead = run({ to: start + 3 * minute });
    expect(nextWindow(ahead, start, 1, [], hour)).toBeNull();
    expect(nextWindow(ahead, start, 8, [], hour)).not.toBeNull();
    expect(nextWindow(run({ to: start + 5 * minute }), start, 16, [], hour)).toBeNull();
  });

  it('is not asked for while much is ahead, though it is short', () => {
    const heavy = run({ lastMs: 4_000, lastBytes: 4_000_000 });
    expect(nextWindow(heavy, start + minute - 20_000, 1, [], hour)).toBeNull();
    expect(nextWindow(heavy, start + minute - 3_000, 1, [], hour)).not.toBeNull();
    expect(nextWindow(heavy, start + minute - 20_000, 8, [], hour)).not.toBeNull();
  });

  it('is as long as weighs well by the one before, and no more than some times as long', () => {
    const length = (lastMs: number, lastBytes: number) => lengthOf(nextWindow(run({ lastMs, lastBytes }), start + minute, 1, [], hour));
    expect(length(4_000, 10_000)).toBe(16_000);
    expect(length(64_000, 10_000)).toBe(120_000);
    expect(length(30_000, 3_000_000)).toBe(40_000);
    expect(length(30_000, 300_000_000)).toBe(4_000);
    expect(length(0, 0)).toBe(16_000);
  });

  it('goes on to where missing batches end', () => {
    const gap = { why: 'batches' as const, from: start + minute - 1, to: start + 20 * minute };
    expect(nextWindow(run(), start + minute, 1, [gap], hour)?.to).toBe(start + 20 * minute);
    expect(lengthOf(nextWindow(run(), start + minute, 1, [{ ...gap, why: 'snapshot' }], hour))).toBe(120_000);
    expect(lengthOf(nextWindow(run(), start + minute, 1, [{ ...gap, from: start + 2 * minute }], hour))).toBe(120_000);
  });

  it('is none when all is there', () => {
    expect(nextWindow(run({ complete: true }), start + minute, 1, [], hour)).toBeNull();
  });
});

describe('a whole session', () => {
  it('is fetched once, from end to end, whatever its density', () => {
    for (const bytesPerMs of [0.5, 20, 400]) {
      const fetched: EventWindow[] = [firstWindow(start, 1, hour)];
      let loaded: Run = run({ to: start, bytes: 0, lastMs: 0, lastBytes: 0 });
      let at = start;
      for (let window: EventWindow | null = fetched[0]!; window; window = nextWindow(loaded, at, 1, [], hour)) {
        if (window !== fetched[0]) fetched.push(window);
        const size = (window.to ?? hour.end) - window.from;
        loaded = { ...grow(loaded, window, size * bytesPerMs, (window.to ?? 0) - 1), complete: reachesEnd(window, hour) };
        at = loaded.to - 1;
      }
      expect(fetched[0]?.from).toBe(start);
      for (let i = 1; i < fetched.length; i++) expect(fetched[i]?.from).toBe(fetched[i - 1]?.to);
      expect(fetched.at(-1)?.to).toBe(hour.end + 1);
      expect(loaded.complete).toBe(true);
    }
  });
});

describe('growing by an open window', () => {
  it('reaches to the last event that came, and never shrinks', () => {
    const open: EventWindow = { from: start + minute, to: undefined, keyframe: false };
    expect(grow(run(), open, 10, start + 2 * minute).to).toBe(start + 2 * minute + 1);
    expect(grow(run(), open, 0, start).to).toBe(start + minute);
    expect(reachesEnd(open, { ...hour, live: true })).toBe(true);
    expect(grow(run(), open, 10, start + 2 * minute)).toMatchObject({ lastMs: minute + 1, lastBytes: 10 });
  });
});

describe('what is loaded', () => {
  it('covers its times and no others', () => {
    expect(covers(null, start)).toBe(false);
    expect(covers(run(), start)).toBe(true);
    expect(covers(run(), start - 1)).toBe(false);
    expect(covers(run(), start + minute)).toBe(false);
    expect(covers(run({ complete: true }), start + minute)).toBe(true);
  });

  it('is begun anew when too much of it lies behind', () => {
    expect(outgrown(run(), start + 5 * minute)).toBe(false);
    expect(outgrown(run(), start + 11 * minute)).toBe(true);
    expect(outgrown(run({ bytes: 60_000_000 }), start + 2 * minute)).toBe(true);
    expect(outgrown(run({ bytes: 60_000_000 }), start + 10_000)).toBe(false);
  });
});
