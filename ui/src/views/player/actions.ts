import type { Moment } from '../../api/types';
import { countUntil, worthAStop } from '../../lib/moments';
import { type PlayerController, speeds } from '../../player/controller';
import { prefer } from './preferences';

/** How much is seen before a moment that one hops to. */
const leadMs = 800;
export const stepMs = 10_000;

/** While playing, "previous" soon after a moment means the one before it. */
const againMs = 1_500;
const apartMs = 100;

/** Hops to the next (1) or previous (-1) moment that is worth a stop. */
export function hop(controller: PlayerController, moments: readonly Moment[], direction: 1 | -1) {
  const { at, tab, start, playing } = controller.store.get();
  const stops = moments.filter((moment) => worthAStop(moment) && (!moment.tab || moment.tab === tab));
  // One stands a little before the moment that one hopped to.
  const here = at + leadMs;
  const target = direction === 1 ? stops[countUntil(stops, here + apartMs)] : stops[countUntil(stops, here - (playing ? againMs : apartMs)) - 1];
  if (target) controller.seek(target.at - leadMs);
  else if (direction === -1) controller.seek(start);
}

export function goTo(controller: PlayerController, moment: Pick<Moment, 'at' | 'tab'>, tabs: readonly { id: string }[]) {
  if (moment.tab && tabs.some((tab) => tab.id === moment.tab)) controller.setTab(moment.tab);
  controller.seek(moment.at);
}

export function step(controller: PlayerController, ms: number) {
  controller.seek(controller.store.get().at + ms);
}

export function chooseSpeed(controller: PlayerController, speed: number) {
  controller.setSpeed(speed);
  prefer(speed, controller.store.get().skipIdle);
}

/** Takes the next faster (1) or slower (-1) speed. */
export function shiftSpeed(controller: PlayerController, by: 1 | -1) {
  const speed = speeds[speeds.indexOf(controller.store.get().speed) + by];
  if (speed !== undefined) chooseSpeed(controller, speed);
}

export function toggleSkipIdle(controller: PlayerController) {
  const { skipIdle, speed } = controller.store.get();
  controller.setSkipIdle(!skipIdle);
  prefer(speed, !skipIdle);
}

export function toggleFullscreen(element: HTMLElement | null) {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void element?.requestFullscreen?.();
}
