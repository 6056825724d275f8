// Where in a recording the person did something, so that the rest can be skipped.

export type Span = readonly [from: number, to: number];

export interface TimedEvent {
  type: number;
  timestamp: number;
  data?: unknown;
}

/** A pause this long is inactivity; the same as rrweb's own player takes. */
export const idleMsMin = 10_000;

const incremental = 3;
/** rrweb's sources of what a person does: pointer, scroll, input, touch, media, drag, selection. */
const byPerson = new Set([1, 2, 3, 5, 6, 7, 12, 14]);

export function byAPerson(event: TimedEvent): boolean {
  if (event.type !== incremental) return false;
  const source = (event.data as { source?: number } | undefined)?.source;
  return source !== undefined && byPerson.has(source);
}

/** Spans of activity, joined where they are less than idleMsMin apart. */
export function activeSpans(events: readonly TimedEvent[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const event of events) {
    if (!byAPerson(event)) continue;
    const last = spans.at(-1);
    if (last && event.timestamp - last[1] < idleMsMin) last[1] = Math.max(last[1], event.timestamp);
    else spans.push([event.timestamp, event.timestamp]);
  }
  return spans;
}

/** Joins two sets of spans into one, sorted, without overlaps or gaps below idleMsMin. */
export function joinSpans(a: readonly Span[], b: readonly Span[]): Span[] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...a, ...b].sort((x, y) => x[0] - y[0])) {
    const last = joined.at(-1);
    if (last && from - last[1] < idleMsMin) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** What is seen before and after the skipped part, so that a jump is not abrupt. */
const leadMs = 1_000;

/**
 * Where to go on when skipping inactivity: a later time, or null if the person is active
 * at `at` or will be soon. Nothing is known beyond `until`, so skipping stops there, and
 * waits until so much is known that a skip is worth it.
 */
export function skipTo(spans: readonly Span[], at: number, until: number): number | null {
  let before = -Infinity;
  for (const [from, to] of spans) {
    if (at >= from - leadMs && at <= to + leadMs) return null;
    if (from > at) return worthIt(before, Math.min(from, until), at);
    before = to;
  }
  return until - at < idleMsMin ? null : worthIt(before, until, at);
}

function worthIt(before: number, next: number, at: number): number | null {
  const target = next - leadMs;
  const idle = next - Math.max(before, at - idleMsMin);
  return idle >= idleMsMin && target - at > leadMs ? target : null;
}
