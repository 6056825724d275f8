// How a viewer likes to watch, kept in the browser.

import { speeds } from '../../player/controller';

const speedKey = 'afterimage.speed';
const skipKey = 'afterimage.skipIdle';

export function preferredSpeed(): number {
  const speed = Number(localStorage.getItem(speedKey));
  return speeds.includes(speed) ? speed : 1;
}

export function preferredSkipIdle(): boolean {
  return localStorage.getItem(skipKey) !== 'no';
}

export function prefer(speed: number, skipIdle: boolean) {
  localStorage.setItem(speedKey, String(speed));
  localStorage.setItem(skipKey, skipIdle ? 'yes' : 'no');
}
