import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../src/player/activity';
import { frameFrom } from '../src/player/frames';

const event = (timestamp: number, source: number, more = {}): TimedEvent => ({ type: 3, timestamp, data: { source, ...more } });

/** A picture, a pointer move, a change, a click's down and click, a change at the same time, and one later. */
const events: TimedEvent[] = [
  { type: 4, timestamp: 100 },
  { type: 2, timestamp: 101 },
  event(150, 1),
  event(200, 0),
  event(250, 2, { type: 1 }),
  event(300, 2, { type: 2 }),
  event(300, 0),
  event(400, 5),
];
const step = (at: number, direction: 1 | -1, to = 1000) => frameFrom(events, at, direction, 101, to);

describe('stepping through the picture', () => {
  it('goes to just after each change, and over what changes nothing', () => {
    expect([102, 201, 301, 350].map((at) => step(at, 1))).toEqual([201, 301, 401, 401]);
  });

  it('goes the same way back', () => {
    expect([401, 350, 301, 201].map((at) => step(at, -1))).toEqual([301, 301, 201, 102]);
  });

  it('tells where the run has no further one', () => {
    expect(step(401, 1)).toBeNull();
    expect(step(102, -1)).toBeNull();
    expect(step(301, 1, 400)).toBeNull();
  });
});
