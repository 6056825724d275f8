import { describe, expect, it } from 'vitest';
import { contentsOf, keyframeOf, parse, withSize } from '../src/player/frame/events';

const at = (timestamp: number, type: number, data: object = {}) => ({ type, timestamp, data });
const read = (...events: object[]) => parse(JSON.stringify(events));

describe('what the service answered with', () => {
  const gap = at(2000, 5, { tag: 'afterimage.gap', payload: { why: 'damaged', from: 2000, to: 6000 } });

  it('tells the keyframe from the events before it', () => {
    expect(keyframeOf(read(gap, at(5999, 4), at(6000, 2)))).toBe(6000);
    expect(keyframeOf(read(gap))).toBeNull();
  });

  it('says what could not be read', () => {
    const contents = contentsOf(read(at(1000, 3), gap, at(5999, 4), at(5999, 2), at(5000, 5, { tag: 'afterimage.error', payload: {} })));
    expect(contents).toMatchObject({ events: 5, last: 5999, damaged: [[2000, 6000]] });
  });

  it('gives a picture a size where the recording has none, and leaves what is whole alone', () => {
    expect(withSize(read(at(1, 2)))).toMatchObject([{ type: 4, timestamp: 1, data: { width: 1280 } }, { type: 2 }]);
    expect(withSize(read(at(1, 4), at(2, 2)))).toHaveLength(2);
    expect(withSize(read(at(1, 3)))).toHaveLength(1);
  });
});
