import { describe, expect, it } from 'vitest';
import { covers, type EventWindow, type Extent, firstWindow, grow, missingAt, nextWindow, outgrown, reachesEnd, type Run } from '../src/player/windows';

const minute = 60_000;
const start = 1_700_000_000_000;
const hour: Extent = { start, end: start + 60 * minute, live: false };
const run = (over: Partial<Run> = {}): Run => ({ from: start, to: start + minute, bytes: 600_000, complete: false, ...over });

describe('the first window', () => {
  it('begins with a keyframe at the time asked for', () => {
    const window = firstWindow(start + 5 * minute, hour);
    expect(window).toEqual({ from: start + 5 * minute, to: start + 5 * minute + 30_000, keyframe: true });
  });

  it('stays inside the session', () => {
    expect(firstWindow(start - minute, hour).from).toBe(start);
    expect(firstWindow(start + 90 * minute, hour).from).toBe(hour.end);
  });

  it('takes in the last event, and leaves the end open while more may come', () => {
    expect(firstWindow(hour.end - 1000, hour).to).toBe(hour.end + 1);
    expect(firstWindow(hour.end - 1000, { ...hour, live: true }).to).toBeUndefined();
  });
});

describe('the next window', () => {
  it('follows the run without a gap or an overlap', () => {
    const window = nextWindow(run(), start + 30_000, 1, hour);
    expect(window?.from).toBe(start + minute);
    expect(window?.keyframe).toBe(false);
  });

  it('is not asked for while enough is ahead', () => {
    expect(nextWindow(run({ to: start + 2 * minute }), start, 1, hour)).toBeNull();
  });

  it('is asked for earlier when playing faster, but never without bound', () => {
    const ahead = run({ to: start + 3 * minute });
    expect(nextWindow(ahead, start, 1, hour)).toBeNull();
    expect(nextWindow(ahead, start, 8, hour)).not.toBeNull();
    expect(nextWindow(run({ to: start + 5 * minute }), start, 16, hour)).toBeNull();
  });

  it('is longer where little happens and shorter where much does', () => {
    const length = (bytes: number) => {
      const window = nextWindow(run({ bytes }), start + minute, 1, hour);
      return (window?.to ?? 0) - (window?.from ?? 0);
    };
    expect(length(1_000)).toBeGreaterThan(length(600_000));
    expect(length(30_000_000)).toBeLessThan(length(600_000));
  });

  it('is none when all is there', () => {
    expect(nextWindow(run({ complete: true }), start + minute, 1, hour)).toBeNull();
  });
});

describe('a whole session', () => {
  it('is fetched once, from end to end, whatever its density', () => {
    for (const bytesPerMs of [0.5, 20, 400]) {
      const fetched: EventWindow[] = [firstWindow(start, hour)];
      let loaded: Run = run({ to: start, bytes: 0 });
      let at = start;
      for (let window: EventWindow | null = fetched[0]!; window; window = nextWindow(loaded, at, 1, hour)) {
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
    expect(outgrown(run({ bytes: 60_000_000 }), start + 30_000)).toBe(false);
  });
});

it('knows which gap a time lies in', () => {
  const gap = { from: start + 1000, to: start + 5000 };
  expect(missingAt([gap], start + 3000)).toBe(gap);
  expect(missingAt([gap], start + 1000)).toBeNull();
  expect(missingAt([gap], start + 5000)).toBeNull();
});
