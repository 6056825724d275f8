// Reads what the service answered with: rrweb's events, and what the service says of them.
import type { eventWithTime } from '@rrweb/types';
import { activeSpans } from '../activity';
import type { Contents } from '../protocol';

const snapshotType = 2;
const metaType = 4;
const customType = 5;
const sizeUnknown = { width: 1280, height: 800 };
/** The event that stands in place of what the service could not read. */
const gapTag = 'afterimage.gap';

export function parse(json: string): eventWithTime[] {
  return JSON.parse(json) as eventWithTime[];
}

/** Puts the size of the page before the first picture, where a recording has none. */
export function withSize(events: readonly eventWithTime[]): eventWithTime[] {
  const meta = events.findIndex((event) => event.type === metaType);
  const snapshot = events.findIndex((event) => event.type === snapshotType);
  if (snapshot === -1 || (meta !== -1 && meta < snapshot)) return [...events];
  const size = { type: metaType, timestamp: events[snapshot]!.timestamp, data: { href: '', ...sizeUnknown } } as eventWithTime;
  return events.toSpliced(snapshot, 0, size);
}

/** The time of the first picture in events; null: there is none. */
export function keyframeOf(events: readonly eventWithTime[]): number | null {
  return events.find((event) => event.type === snapshotType)?.timestamp ?? null;
}

export function contentsOf(events: readonly eventWithTime[]): Contents {
  let last = -Infinity;
  for (const { timestamp } of events) last = Math.max(last, timestamp);
  return { events: events.length, last, ...damageOf(events), active: activeSpans(events) };
}

function damageOf(events: readonly eventWithTime[]): Pick<Contents, 'damaged' | 'torn'> {
  const damaged: [number, number][] = [];
  let torn = false;
  for (const event of events) {
    const last = damaged.at(-1);
    if (event.type === customType && event.data.tag === gapTag) {
      const { from, to } = event.data.payload as { from: number; to: number };
      if (torn && last) last[1] = Math.max(last[1], to);
      else damaged.push([from, to]);
      torn = true;
    } else if (torn && last && event.type === snapshotType) {
      last[1] = Math.max(last[1], event.timestamp);
      torn = false;
    }
  }
  return { damaged, torn };
}

/** An event that never comes due: with it in the run, rrweb's clock goes on where nothing happens. */
const neverMs = 1e13;

export function never(events: readonly eventWithTime[]): eventWithTime {
  return { type: customType, timestamp: (events[0]?.timestamp ?? 0) + neverMs, data: { tag: 'afterimage.never', payload: {} } } as eventWithTime;
}
