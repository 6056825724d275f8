// Which events of a recording change its picture, to be stepped through one by one.
import type { TimedEvent } from './activity';

const snapshot = 2;
const incremental = 3;
const interaction = 2;
/** rrweb's sources that change the page: nodes, scroll, size, input, media, styles, canvas, fonts. */
const changing = new Set([0, 3, 4, 5, 7, 8, 9, 10, 13, 15]);
/** Of interactions, what is drawn as a click: click, double click, the start of a touch. */
const pressing = new Set([2, 4, 7]);

export function changesPicture(event: TimedEvent): boolean {
  if (event.type === snapshot) return true;
  if (event.type !== incremental) return false;
  const { source, type } = (event.data ?? {}) as { source?: number; type?: number };
  if (source === interaction) return type !== undefined && pressing.has(type);
  return source !== undefined && changing.has(source);
}

/** An event is in the picture from just after its time. */
const after = (event: TimedEvent) => event.timestamp + 1;

/**
 * The time next to `at` at which the picture is another one, in events sorted by time;
 * null if there is none from `from` to `to`.
 */
export function frameFrom(events: readonly TimedEvent[], at: number, direction: 1 | -1, from: number, to: number): number | null {
  const next = (event: TimedEvent) => changesPicture(event) && (direction === 1 ? after(event) > at : after(event) < at);
  const found = direction === 1 ? events.find(next) : events.findLast(next);
  return found && found.timestamp >= from && after(found) <= to ? after(found) : null;
}

const meta = 4;

/**
 * The time nearest after `at` at which a picture stands: a page that just began (a meta
 * event) has none until its full snapshot, and what is on screen is another page's.
 */
export function standing(events: readonly TimedEvent[], at: number): number {
  const page = events.findLastIndex((event) => event.type === meta && event.timestamp <= at);
  const picture = page === -1 ? undefined : events.find((event, i) => i > page && event.type === snapshot);
  return picture && picture.timestamp >= at ? after(picture) : at;
}
