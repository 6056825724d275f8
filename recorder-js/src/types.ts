// The shapes that the parts of the recorder share.

/** An rrweb event: what is recorded, queued and sent, exactly once and in order. */
export interface RecordedEvent {
  type: number;
  timestamp: number;
  data: any;
}

/** The rrweb event types that the recorder looks at. */
export const enum EventType {
  FullSnapshot = 2,
  Incremental = 3,
  Meta = 4,
  Custom = 5,
  Plugin = 6,
}

/** The sources of incremental events that the recorder looks at. */
export const enum Source {
  Mutation = 0,
  MouseMove = 1,
  MouseInteraction = 2,
  Scroll = 3,
  Input = 5,
  TouchMove = 6,
  MediaInteraction = 7,
  Drag = 12,
}

/** Console levels that can be recorded. */
export type ConsoleLevel = "error" | "warn" | "info" | "log" | "debug";

/** Who the session is of. */
export interface User {
  id?: string;
  email?: string;
  traits?: Record<string, unknown>;
}

/** Settings of {@link init}. Only `key` is needed. */
export interface Options {
  /** The project's public key. */
  key: string;
  /** Origin of the Afterimage server, such as `https://replay.example.com`. Default: the page's own origin. */
  endpoint?: string;
  /** Version of the site, shown with each session. */
  release?: string;
  /** Labels of the session, such as `["checkout-test-b"]`, to find it by: at most 20 of 50 characters. Default: none. */
  tags?: string[];
  /** Share of sessions to record, 0 to 1. Default 1. The choice holds for a whole session. */
  sampleRate?: number;
  /** Do not start by itself: call `start()`, for example once the person has agreed. */
  manual?: boolean;
  /** Mask what is in form fields. Default true. Passwords, hidden fields and card numbers are always masked. */
  maskInputs?: boolean;
  /** Mask all text of the page. Default false. `data-afterimage="allow"` shows parts of it. */
  maskText?: boolean;
  /** CSS selector of elements whose text is masked, like `data-afterimage="mask"`. */
  maskSelector?: string;
  /** CSS selector of elements that are left out, like `data-afterimage="block"`: an empty box of the same size stays. */
  blockSelector?: string;
  /** CSS selector of elements that are shown, like `data-afterimage="allow"`. */
  allowSelector?: string;
  /** Names of URL parameters that are kept, such as `["utm_source"]`. Default: none. */
  keepParams?: string[];
  /** Console levels to record, or false. Default: error, warn, info, log. */
  console?: ConsoleLevel[] | false;
  /** Record fetch and XMLHttpRequest: method, URL without query, status, duration. Default true. */
  network?: boolean;
}

/** An answer of the person, for {@link feedback.submit}. */
export interface Answer {
  /** nps: score 0 to 10; csat: 1 to 5; ces: 1 to 7; text: no score. Default: text. */
  kind?: "nps" | "csat" | "ces" | "text";
  /** Key of the survey that was asked. */
  survey?: string;
  score?: number;
  text?: string;
  /** For example "problem", which makes the answer a complaint. */
  category?: string;
}
