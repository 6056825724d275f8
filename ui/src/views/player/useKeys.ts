import { type RefObject, useEffect } from 'react';
import { hop, shiftSpeed, step, stepMs, toggleFullscreen, toggleSkipIdle } from './actions';
import { usePlaying } from './context';
import { useCopyLink } from './useCopyLink';

const typing = 'input:not([type="range"]), textarea, select, [contenteditable], [role="dialog"] *, [role="menu"] *, [role="listbox"] *';
const pressable = 'button, a, summary, [role="tab"], [role="radio"], [role="option"], label';

/** The player's keys, wherever the focus is, except where keys mean something else. */
export function useKeys(cinema: RefObject<HTMLElement | null>) {
  const { controller, moments } = usePlaying();
  const copyLink = useCopyLink();
  useEffect(() => {
    const keys: Record<string, () => void> = {
      ' ': () => controller.toggle(),
      n: () => hop(controller, moments, 1),
      p: () => hop(controller, moments, -1),
      ArrowLeft: () => step(controller, -stepMs),
      ArrowRight: () => step(controller, stepMs),
      '.': () => controller.stepFrame(1),
      ',': () => controller.stepFrame(-1),
      '<': () => shiftSpeed(controller, -1),
      '>': () => shiftSpeed(controller, 1),
      i: () => toggleSkipIdle(controller),
      f: () => toggleFullscreen(cinema.current),
      c: copyLink,
    };
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target?.matches(typing)) return;
      if (event.key === ' ' && target?.matches(pressable)) return;
      // Tabs, radios and the slider move by arrows themselves.
      if (event.key.startsWith('Arrow') && target?.matches('[role="tab"], [role="radio"], input')) return;
      const run = keys[event.key];
      if (!run) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [controller, moments, copyLink, cinema]);
}
