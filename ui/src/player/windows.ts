// Which part of a recording is in the player, and what to fetch next. Pure: times are
// unix milliseconds in the server's clock, spans include `from` and not `to`.
import { type Gap, isEnd } from './gaps';

export interface EventWindow {
  from: number;
  /** Undefined: to the end of what is stored, for a session that is still going on. */
  to: number | undefined;
  /** Whether the answer must begin with what a player needs to start at `from`. */
  keyframe: boolean;
}

/** The one unbroken run of events in the player. It begins at a keyframe. */
export interface Run {
  from: number;
  to: number;
  /** Size of the JSON that the run was loaded from. */
  bytes: number;
  /** Whether the run reaches the end of what is stored. */
  complete: boolean;
  /** It ends in what is damaged: what comes next needs a keyframe of its own. */
  torn: boolean;
  /** The window that came last: how long it was, and how large. */
  lastMs: number;
  lastBytes: number;
}

/** The stretch of time that one tab has events in. */
export interface Extent {
  start: number;
  end: number;
  /** More events may come after `end`. */
  live: boolean;
}

/** So short that the picture comes at once, also where much happens; what comes after it is fetched meanwhile. */
const firstWindowMs = 4_000;
/** Each window is at most so many times as long as the one before: where much happens is not known beforehand. */
const growth = 4;
const windowMsMin = 4_000;
const windowMsMax = 120_000;
/** What one window should weigh, by the weight of the one before. */
const windowBytes = 4_000_000;
/** How much is kept ahead of the playing time; more when playing faster. */
const lookAheadMs = 45_000;
/** Nothing more is fetched ahead than this, however fast it plays. */
const lookAheadMsMax = 240_000;
const lookAheadBytesMax = 16_000_000;
/** A run longer or larger than this is begun anew, so that memory does not grow with the session. */
const behindMsMax = 600_000;
const runBytesMax = 32_000_000;
/** A run is never begun anew within this of its start: it would not free much. */
const behindMsMin = 15_000;

/** Where a window ends: at the end of what there is, if it would come near it. */
function endOf(to: number, extent: Extent): number | undefined {
  if (to + windowMsMin <= extent.end) return to;
  return extent.live ? undefined : extent.end + 1;
}

/** What to fetch to start at a time, at which nothing is loaded; `leadMs`: with so much before it. */
export function firstWindow(at: number, speed: number, extent: Extent, leadMs = 0): EventWindow {
  const start = Math.min(Math.max(at, extent.start), extent.end);
  const lengthMs = firstWindowMs * Math.min(growth, Math.max(1, speed));
  return { from: Math.max(extent.start, start - leadMs), to: endOf(start + lengthMs, extent), keyframe: true };
}

/** What to ask for after a first window that held no picture; null: that was all. */
export function furtherWindow({ from, to }: EventWindow, known: readonly Gap[], extent: Extent): EventWindow | null {
  if (to === undefined || to > extent.end) return null;
  const next = Math.max(to, ...known.filter((gap) => gap.from < to).map((gap) => gap.to));
  return isEnd(next, extent.end) ? null : { from: next, to: endOf(next + growth * (to - from), extent), keyframe: true };
}

const bytesPerMs = (run: Run) => run.lastBytes / Math.max(1, run.lastMs);

/** What to fetch next while playing at `at`, or null if enough is there. */
export function nextWindow(run: Run, at: number, speed: number, gaps: readonly Gap[], extent: Extent): EventWindow | null {
  if (run.complete) return null;
  const ahead = run.to - at;
  const heavy = ahead * bytesPerMs(run) >= lookAheadBytesMax && ahead >= windowMsMin * Math.max(1, speed);
  if (heavy || ahead >= Math.min(lookAheadMsMax, lookAheadMs * Math.max(1, speed))) return null;
  const fitting = Math.min(windowMsMax, growth * Math.max(run.lastMs, windowMsMin), windowBytes / bytesPerMs(run));
  const to = run.to + Math.max(windowMsMin, fitting);
  // Where batches are missing there is nothing to be fetched, however long that lasts.
  const empty = gaps.find((gap) => gap.why === 'batches' && gap.from < run.to && gap.to > to);
  return { from: run.to, to: endOf(Math.ceil(empty?.to ?? to), extent), keyframe: run.torn };
}

/** The run after a window was put at its end. `lastAt` is the time of the last event that came. */
export function grow(run: Run, fetched: EventWindow, bytes: number, lastAt: number): Run {
  const to = fetched.to ?? Math.max(run.to, lastAt + 1);
  return { ...run, to, bytes: run.bytes + bytes, lastMs: to - run.to, lastBytes: bytes };
}

/** Whether fetching this window gave everything that there is. */
export function reachesEnd(fetched: EventWindow, extent: Extent): boolean {
  return fetched.to === undefined || (fetched.to > extent.end && !extent.live);
}

/** Whether a time can be gone to without fetching. */
export function covers(run: Run | null, at: number): boolean {
  return run !== null && at >= run.from && (at < run.to || (run.complete && at <= run.to));
}

/** Whether so much lies behind the playing time that the run should begin anew there. */
export function outgrown(run: Run, at: number): boolean {
  const behind = at - run.from;
  return behind > behindMsMax || (run.bytes > runBytesMax && behind > behindMsMin);
}
