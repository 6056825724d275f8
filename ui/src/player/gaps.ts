// What of a recording is not there or cannot be read. Pure: times are unix milliseconds
// in the server's clock.
import type { Tab } from '../api/types';

/**
 * Why a stretch is not whole: its batches never came, the first picture of its page never
 * came, or what is stored of it is damaged.
 */
export type Why = 'batches' | 'snapshot' | 'damaged';

export interface Gap {
  why: Why;
  from: number;
  to: number;
}

/** Whether something is to be seen in it: where batches are missing, the picture of before them stands. */
export function showable(gap: Gap): boolean {
  return gap.why === 'batches';
}

/** Where one goes on after a gap: what ends it is then in the picture. */
export function after(gap: Gap): number {
  return gap.to + 1;
}

/** Shorter missing stretches are played: a skip would be told for longer than they last. */
const skippedMsMin = 1_000;

/** Whether playing goes over it. */
export function skippable(gap: Gap): boolean {
  return !showable(gap) || gap.to - gap.from >= skippedMsMin;
}

/** So near to the end nothing is left to be played. */
const endMs = 150;

/** Whether a time is so near to the end that nothing is left to be played. */
export function isEnd(at: number, end: number): boolean {
  return at > end - endMs;
}

/** All that a tab lacks, in order of time; `damage` is what was found while playing. */
export function gapsOf(tab: Tab | undefined, damage: readonly Gap[]): Gap[] {
  const missing = (tab?.missing ?? []).map(({ why, from, to }): Gap => ({ why, from, to }));
  return [...missing, ...damage].sort((a, b) => a.from - b.from);
}

/** Adds a damaged stretch to those known; what touches or overlaps is one. */
export function addDamage(known: readonly Gap[], from: number, to: number): Gap[] {
  const apart = known.filter((gap) => gap.to < from || gap.from > to);
  const joined = known.filter((gap) => !apart.includes(gap));
  return [...apart, { why: 'damaged', from: Math.min(from, ...joined.map((gap) => gap.from)), to: Math.max(to, ...joined.map((gap) => gap.to)) }];
}

/**
 * The gap that a time lies in; of several, one with nothing to be seen, then the one that
 * goes on longest. One that reaches to the end holds the end too: nothing comes after it.
 */
export function gapAt(gaps: readonly Gap[], at: number, end: number): Gap | null {
  let found: Gap | null = null;
  for (const gap of gaps) {
    // The event before missing batches did come, and is seen at its time.
    const begun = showable(gap) ? at > gap.from : at >= gap.from;
    if (!begun || (at >= gap.to && !isEnd(gap.to, end))) continue;
    if (!found || (showable(found) === showable(gap) ? gap.to > found.to : showable(found))) found = gap;
  }
  return found;
}

/** The gap that a tab begins with, if something can be shown after it. */
export function openingGap(gaps: readonly Gap[], start: number, end: number): Gap | null {
  return gaps.find((gap) => gap.why === 'snapshot' && gap.from <= start && gap.to > start && !isEnd(gap.to, end)) ?? null;
}
