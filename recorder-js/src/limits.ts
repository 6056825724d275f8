// Every limit of the recorder, with its unit in the name and the reason beside it.

/** A visit ends after this long without the person doing anything: the usual web-analytics cut. */
export const SESSION_IDLE_MS = 30 * 60_000;
/** A visit never lasts longer, so that a page left open for weeks is not one endless session. */
export const SESSION_MAX_MS = 24 * 3_600_000;
/** After this long without the person, changes that the page makes by itself are not recorded. */
export const QUIET_AFTER_MS = 5 * 60_000;
/** How often the shared session record is looked at and written: it costs a synchronous disk write. */
export const SESSION_SYNC_MS = 5_000;

/** Delay of the first upload after the first full snapshot: short visits are worth keeping too. */
export const FIRST_FLUSH_MS = 500;
/** Longest wait of an event for its upload: a live viewer is at most about this far behind. */
export const FLUSH_MS = 5_000;
/** A batch is cut at this size, so that one upload stays short even on a phone. */
export const BATCH_CHARS = 64 * 1024;
/** Browsers refuse keepalive bodies beyond 64 KiB in flight together; the rest is for headers and meta. */
export const KEEPALIVE_BUDGET_BYTES = 60_000;
/** Unsent events kept for the next page of the tab; sessionStorage holds about 5 M characters per origin. */
export const OUTBOX_CHARS = 1_000_000;
/** Unsent events kept in memory while the server cannot take them; beyond it recording pauses. */
export const QUEUE_CHARS = 16 * 1024 * 1024;

/** First wait after a failed upload; doubled each time, with jitter, so that clients do not come back at once. */
export const RETRY_FIRST_MS = 1_000;
/** Longest wait between two tries. */
export const RETRY_MAX_MS = 60_000;
/** Longest Retry-After that is believed: a wrong header must not silence a page for a day. */
export const RETRY_AFTER_MAX_MS = 10 * 60_000;
/** An upload without an answer by then is given up and tried again. */
export const UPLOAD_TIMEOUT_MS = 30_000;

/** A page out of the back/forward cache waits so long for the page that is left, looking so often: a busy machine is slow to tell it. */
export const RETURN_WAIT_MS = 1_000;
export const RETURN_LOOK_MS = 10;

/** A fresh full snapshot this often, so that playing live sessions never starts further back. */
export const SNAPSHOT_EVERY_MS = 10 * 60_000;
/** While someone types into a masked field, one sign of life per this long: the mask itself never changes. */
export const TYPING_PULSE_MS = 2_000;

/** Longest console argument, error message, tracked name or answer, in characters. */
export const TEXT_CHARS = 2_000;
/** Longest stack trace, in characters. */
export const STACK_CHARS = 4_000;
/** Arguments kept of one console call. */
export const CONSOLE_ARGS = 10;
/** Depth and width to which an object in a console call is written out. */
export const CONSOLE_DEPTH = 3;
export const CONSOLE_KEYS = 20;
/** Longest JSON of the properties or traits that the site hands over, in characters. */
export const PROPS_CHARS = 8_000;

/** Per page and minute, so that a loop that logs, throws or fetches cannot flood the recording. */
export const CONSOLE_PER_MINUTE = 100;
export const ERRORS_PER_MINUTE = 30;
export const REQUESTS_PER_MINUTE = 300;
export const TRACKS_PER_MINUTE = 200;
