import { useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { usePlaying } from './context';

/** A step of the time larger than playing makes, at any speed, was a seek. */
const seekMsMin = 2_500;
const settleMs = 250;

/** A time as the address has it: seconds from the session's start, to a tenth. */
export function secondsOf(at: number, startedAt: number): string {
  return String(Math.max(0, Math.round((at - startedAt) / 100) / 10));
}

/** Keeps the address at the moment that is shown, when paused and after seeking; not while playing. */
export function useUrlTime() {
  const { controller, session } = usePlaying();
  const [, setSearch] = useSearchParams();
  useEffect(() => {
    let before = controller.store.get();
    let switched = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      const { at, tab } = controller.store.get();
      setSearch(
        (search) => {
          search.delete('at');
          search.set('t', secondsOf(at, session.startedAt));
          if (session.tabs.length > 1) search.set('tab', tab);
          return search;
        },
        { replace: true, preventScrollReset: true },
      );
    };
    const stop = controller.store.subscribe(() => {
      const now = controller.store.get();
      const paused = before.playing && !now.playing;
      const sought = Math.abs(now.at - before.at) > seekMsMin || (!now.playing && now.at !== before.at);
      switched ||= now.tab !== before.tab;
      // The step to a keyframe while the first picture is being made is not the viewer's.
      if (now.shown && (before.shown || switched) && !now.following && (paused || sought || switched)) {
        switched = false;
        clearTimeout(timer);
        timer = setTimeout(write, settleMs);
      }
      before = now;
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [controller, session.startedAt, session.tabs.length, setSearch]);
}
