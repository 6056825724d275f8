import { apiPath, send } from '../api/client';
import type { Session } from '../api/types';
import type { EventWindow } from './windows';

export interface Fetched {
  /** A JSON array of events. */
  events: string;
  /** The highest batch number of the tab that was stored when the answer began. */
  lastSeq: number;
}

export interface Live {
  events(seq: number, events: unknown[]): void;
  session(session: Session): void;
  end(): void;
  /** The connection broke or came back; the browser tries again by itself. */
  connected(is: boolean): void;
}

/** Where the player takes its events from. */
export interface Source {
  events(tab: string, window: EventWindow, signal: AbortSignal): Promise<Fetched>;
  /** Follows a live session; returns how to stop. */
  follow(tab: string, afterSeq: number, live: Live): () => void;
}

export function serviceSource(project: string, session: string): Source {
  const path = `/sessions/${encodeURIComponent(session)}`;
  return {
    async events(tab, { from, to, keyframe }, signal) {
      // What is damaged is passed over, and told of in its place.
      const query = { project, tab, from: Math.floor(from), to: to && Math.ceil(to), keyframe, gaps: true };
      const answer = await send('GET', `${path}/events`, { query, signal });
      const events = await answer.text();
      return { events, lastSeq: Number(answer.headers.get('Afterimage-Last-Seq') ?? -1) };
    },
    follow(tab, after, live) {
      const stream = new EventSource(apiPath(`${path}/stream`, { project, tab, after }));
      const on = (kind: string, hear: (data: string, id: string) => void) =>
        stream.addEventListener(kind, (event) => hear((event as MessageEvent<string>).data, (event as MessageEvent<string>).lastEventId));
      on('events', (data) => {
        const batch = JSON.parse(data) as { tab: string; seq: number; events: unknown[] };
        if (batch.tab === tab) live.events(batch.seq, batch.events);
      });
      on('session', (data) => live.session(JSON.parse(data) as Session));
      on('end', () => {
        stream.close();
        live.end();
      });
      stream.onopen = () => live.connected(true);
      stream.onerror = () => live.connected(false);
      return () => stream.close();
    },
  };
}
