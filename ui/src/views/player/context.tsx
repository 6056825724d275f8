import { createContext, useContext } from 'react';
import type { Moment, SessionDetail } from '../../api/types';
import type { PlayerController } from '../../player/controller';
import { type PlayerState, useStore } from '../../player/store';

export interface Playing {
  controller: PlayerController;
  session: SessionDetail;
  /** All moments of the session, in order of time. */
  moments: readonly Moment[];
}

export const PlayingContext = createContext<Playing | null>(null);

export function usePlaying(): Playing {
  const playing = useContext(PlayingContext);
  if (!playing) throw new Error('usePlaying outside the player view');
  return playing;
}

/** Watches a part of the player's state. */
export function usePlayer<V>(pick: (state: PlayerState) => V): V {
  return useStore(usePlaying().controller.store, pick);
}
