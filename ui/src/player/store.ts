import { useSyncExternalStore } from 'react';
import type { Gap, Why } from './gaps';

/** What went wrong, as far as the viewer can be told apart. */
export type Trouble = 'erased' | 'notFound' | 'notPlayable' | 'damaged' | 'offline' | 'denied' | 'failed';

/** A stretch that playing went over: nobody did anything in it, or it cannot be shown. */
export interface Skipped {
  ms: number;
  why: Why | 'idle';
}

/** What the views show of the player. Times are unix milliseconds in the server's clock. */
export interface PlayerState {
  /** Whether a picture stands. */
  shown: boolean;
  trouble: Trouble | null;
  playing: boolean;
  /** Playing, but the events to go on with are on their way. */
  waiting: boolean;
  ended: boolean;
  at: number;
  speed: number;
  skipIdle: boolean;
  /** What was skipped just now. */
  skipped: Skipped | null;
  /** What the tab lacks, as far as it is known, in order of time. */
  gaps: readonly Gap[];
  tab: string;
  start: number;
  end: number;
  live: boolean;
  /** Stays at the newest events of a live session. */
  following: boolean;
  width: number;
  height: number;
  /** Origins that the recorded page wanted something from and that the project does not allow. */
  blocked: readonly string[];
}

/** How playing begins. */
export interface Start {
  /** Where to begin; null: at the newest events of a live session, else at the first. */
  at: number | null;
  /** Whether to play from there, or to show it. */
  play: boolean;
  tab: string;
  /** Something came in lately. */
  live: boolean;
  speed: number;
  skipIdle: boolean;
}

/** A value that views can watch in part. */
export class Store<S extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(private state: S) {}

  readonly get = (): S => this.state;

  set(change: Partial<S>) {
    const keys = Object.keys(change) as (keyof S)[];
    if (keys.every((key) => Object.is(this.state[key], change[key]))) return;
    this.state = { ...this.state, ...change };
    for (const tell of this.listeners) tell();
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
}

/** Watches a part of a store; `pick` must give the same thing for the same state. */
export function useStore<S extends object, V>(store: Store<S>, pick: (state: S) => V): V {
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}
