// Which part of a recording is in the player, and what to fetch next. Pure: times are
// unix milliseconds in the server's clock, spans include `from` and not `to`.

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
}

/** The stretch of time that one tab has events in. */
export interface Extent {
  start: number;
  end: number;
  /** More events may come after `end`. */
  live: boolean;
}

/** Small enough that the first picture comes at once. */
const firstWindowMs = 30_000;
const nextWindowMs = 60_000;
/** Long quiet parts are taken in larger steps, dense ones in smaller. */
const quietWindowMs = 240_000;
const denseWindowMs = 15_000;
const quietBytesPerMs = 2;
const denseBytesPerMs = 100;
/** How much is kept ahead of the playing time; more when playing faster. */
const lookAheadMs = 45_000;
/** Nothing more is fetched ahead than this, however fast it plays. */
const lookAheadMsMax = 240_000;
/** A run longer or larger than this is begun anew, so that memory does not grow with the session. */
const behindMsMax = 600_000;
const runBytesMax = 48_000_000;
/** A run is never begun anew within this of its start: it would not free much. */
const behindMsMin = 60_000;

function window(from: number, lengthMs: number, extent: Extent, keyframe: boolean): EventWindow {
  const to = from + lengthMs;
  if (to <= extent.end) return { from, to, keyframe };
  return { from, to: extent.live ? undefined : extent.end + 1, keyframe };
}

/** What to fetch to start at a time, at which nothing is loaded. */
export function firstWindow(at: number, extent: Extent): EventWindow {
  const from = Math.min(Math.max(at, extent.start), extent.end);
  return window(from, firstWindowMs, extent, true);
}

function stepMs(run: Run): number {
  const bytesPerMs = run.bytes / Math.max(1, run.to - run.from);
  if (bytesPerMs < quietBytesPerMs) return quietWindowMs;
  return bytesPerMs > denseBytesPerMs ? denseWindowMs : nextWindowMs;
}

/** What to fetch next while playing at `at`, or null if enough is there. */
export function nextWindow(run: Run, at: number, speed: number, extent: Extent): EventWindow | null {
  if (run.complete) return null;
  const wanted = Math.min(lookAheadMsMax, lookAheadMs * Math.max(1, speed));
  if (run.to - at >= wanted) return null;
  return window(run.to, stepMs(run), extent, false);
}

/** The run after a window was put at its end. `lastAt` is the time of the last event that came. */
export function grow(run: Run, fetched: EventWindow, bytes: number, lastAt: number): Run {
  const to = fetched.to ?? Math.max(run.to, lastAt + 1);
  return { from: run.from, to, bytes: run.bytes + bytes, complete: run.complete };
}

/** Whether fetching this window gave everything that there is. */
export function reachesEnd(fetched: EventWindow, extent: Extent): boolean {
  return fetched.to === undefined || (fetched.to > extent.end && !extent.live);
}

/** Below this a window is not made smaller to find out what of it can be had. */
const halvedMsMin = 2_000;

/** The first half of a window that could not be had whole; null where it is too short for that. */
export function halfOf({ from, to, keyframe }: EventWindow, extent: Extent): EventWindow | null {
  const lengthMs = (to ?? extent.end + 1) - from;
  return lengthMs < halvedMsMin ? null : { from, to: from + Math.ceil(lengthMs / 2), keyframe };
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

/** What never reached the server. */
export interface Missing {
  from: number;
  to: number;
}

/** The missing stretch that a time lies in. */
export function missingAt<M extends Missing>(missing: readonly M[], at: number): M | null {
  return missing.find((gap) => at > gap.from && at < gap.to) ?? null;
}
