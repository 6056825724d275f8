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

  it('says what could not be read, up to the next picture', () => {
    const contents = contentsOf(read(at(1000, 3), gap, at(6499, 4), at(6499, 2), at(7000, 5, { tag: 'afterimage.error', payload: {} })));
    expect(contents).toMatchObject({ events: 5, last: 7000, damaged: [[2000, 6499]], torn: false });
  });

  it('takes what is damaged without a picture between as one, and says where none came after it', () => {
    const next = at(6500, 5, { tag: 'afterimage.gap', payload: { why: 'damaged', from: 6500, to: 9000 } });
    expect(contentsOf(read(gap, next))).toMatchObject({ damaged: [[2000, 9000]], torn: true });
    expect(contentsOf(read(gap, at(6200, 2), next, at(9100, 2)))).toMatchObject({ damaged: [[2000, 6200], [6500, 9100]], torn: false });
  });

  it('gives a picture a size where the recording has none, and leaves what is whole alone', () => {
    expect(withSize(read(at(1, 2)))).toMatchObject([{ type: 4, timestamp: 1, data: { width: 1280 } }, { type: 2 }]);
    expect(withSize(read(at(1, 4), at(2, 2)))).toHaveLength(2);
    expect(withSize(read(at(1, 3)))).toHaveLength(1);
  });
});
