// What the app and the player document say to each other by postMessage. Both come from
// one origin; each checks origin and sender. Times are those of the events themselves
// (the recording client's clock, unix milliseconds).

interface Mark {
  afterimage: 'player';
}

/** Begins a run of events at a keyframe; `load` names the run in all later messages. */
export interface Load {
  kind: 'load';
  load: number;
  /** A JSON array of rrweb events, as it came from the service. */
  events: string;
  /** What is older only says how the page was at this time. */
  from: number;
  at: number;
  /** Events are known up to here, and playing waits when it arrives; null: up to the last one given. */
  until: number | null;
  play: boolean;
  speed: number;
  /** Counts where the app wanted to be; the reports of a time say which they answer. */
  seek: number;
}

export interface Append {
  kind: 'append';
  load: number;
  events: string;
  until: number | null;
}

export type Order =
  | Load
  | Append
  | { kind: 'play' }
  | { kind: 'pause' }
  | { kind: 'seek'; at: number; seek: number }
  | { kind: 'frame'; direction: 1 | -1; seek: number }
  | { kind: 'speed'; speed: number };

/** What one load or append held. */
export interface Contents {
  events: number;
  last: number;
  /** Time spans that the service could not read, each up to the next picture. */
  damaged: [from: number, to: number][];
  /** After the last of them no picture has come yet. */
  torn: boolean;
  /** Time spans in which the person did something. */
  active: [from: number, to: number][];
}

export type Report =
  | { kind: 'ready' }
  | { kind: 'loaded'; load: number; contents: Contents; /** Time of the keyframe; null: there is none, and nothing is shown. */ keyframe: number | null }
  | { kind: 'appended'; load: number; contents: Contents }
  | { kind: 'time'; load: number; seek: number; at: number }
  | { kind: 'starved'; load: number; seek: number; at: number }
  /** There is no further change of the picture in the run, as was asked for by `frame`. */
  | { kind: 'edge'; load: number; seek: number; direction: 1 | -1 }
  | { kind: 'size'; width: number; height: number }
  | { kind: 'blocked'; origin: string }
  | { kind: 'failed'; load: number };

const mark: Mark = { afterimage: 'player' };

export function post(to: Window, message: Order | Report) {
  to.postMessage({ ...mark, ...message }, location.origin);
}

/** The message of an event, if it is one of ours and comes from the window expected. */
export function read<M extends Order | Report>(event: MessageEvent, from: Window | null): M | null {
  if (event.origin !== location.origin || event.source !== from || from === null) return null;
  const data = event.data as Partial<Mark> | null;
  return data?.afterimage === 'player' ? (event.data as M) : null;
}
