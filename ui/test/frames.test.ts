import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../src/player/activity';
import { frameFrom, standing } from '../src/player/frames';

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

describe('a time with a picture', () => {
  const pages: TimedEvent[] = [...events, { type: 4, timestamp: 500 }, { type: 2, timestamp: 520 }, event(600, 0), { type: 4, timestamp: 700 }];

  it('is any time within a page', () => {
    expect([150, 499, 521, 650].map((at) => standing(pages, at))).toEqual([150, 499, 521, 650]);
  });

  it('is after the full snapshot, while a page has begun and is not there yet', () => {
    expect([500, 510, 520].map((at) => standing(pages, at))).toEqual([521, 521, 521]);
  });

  it('is the time itself where no picture is known to come', () => {
    expect([50, 700, 800].map((at) => standing(pages, at))).toEqual([50, 700, 800]);
  });
});
