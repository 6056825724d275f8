import { type Moment, type MomentKind, type SignalKind, signalKinds } from '../api/types';

/**
 * Lets moments share the texts that they have in common, such as tabs, selectors and addresses:
 * a long session has many moments, and few of these.
 */
export function compact(moments: Moment[]): Moment[] {
  const texts = new Map<string, string>();
  const share = <T>(value: T): T => {
    if (typeof value !== 'string') return value;
    const known = texts.get(value);
    if (known === undefined) texts.set(value, value);
    return (known ?? value) as T;
  };
  for (const moment of moments) {
    moment.kind = share(moment.kind);
    moment.label = share(moment.label);
    if (moment.selector !== undefined) moment.selector = share(moment.selector);
    if (moment.tab !== undefined) moment.tab = share(moment.tab);
    for (const key in moment.data) moment.data[key] = share(moment.data[key]);
  }
  return moments;
}

/** Fields of a moment's details, whatever the recorder sent: text, or nothing. */
export function text(moment: Moment, key: string): string {
  const value = moment.data?.[key];
  return typeof value === 'string' ? value : '';
}

export function number(moment: Moment, key: string): number | undefined {
  const value = moment.data?.[key];
  return typeof value === 'number' ? value : undefined;
}

/** A request that was answered with an error, or not at all. */
export function failedRequest(moment: Moment): boolean {
  if (moment.kind !== 'request') return false;
  const status = number(moment, 'status') ?? 0;
  return status === 0 || status >= 400;
}

/** How a moment is drawn: its kind, but quiet where a request went well or the console only chats. */
export type Look = 'error' | 'warning' | 'request' | 'response' | 'click' | 'page' | 'input' | 'custom' | 'identify' | 'console' | 'network' | SignalKind;

const signals: ReadonlySet<string> = new Set(signalKinds);

/** A moment that was found in the recording by itself. */
export function isSignal<M extends { kind: string }>(moment: M): moment is M & { kind: SignalKind } {
  return signals.has(moment.kind);
}

export function lookOf(moment: Moment): Look {
  if (moment.kind === 'request') return failedRequest(moment) ? 'request' : 'network';
  if (moment.kind !== 'console') return moment.kind;
  const level = text(moment, 'level');
  if (level === 'error' || level === 'assert') return 'error';
  return level === 'warn' ? 'warning' : 'console';
}

const stops: ReadonlySet<Look> = new Set<Look>(['page', 'error', 'request', 'response', 'custom', ...signalKinds]);

/** Moments that a viewer hops between: pages, trouble and what was said or tracked; not every click and key. */
export function worthAStop(moment: Moment): boolean {
  return stops.has(lookOf(moment));
}

/** What a skip of inactivity never jumps over. */
export function worthWaiting(moment: Moment): boolean {
  const look = lookOf(moment);
  return look === 'error' || look === 'request' || look === 'response' || look === 'page' || isSignal(moment);
}

/** The number of moments at or before a time, in a list sorted by time. */
export function countUntil(moments: readonly Pick<Moment, 'at'>[], at: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function ofKinds(moments: readonly Moment[], kinds: ReadonlySet<MomentKind>): Moment[] {
  return moments.filter((moment) => kinds.has(moment.kind));
}
