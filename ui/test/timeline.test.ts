import { describe, expect, it } from 'vitest';
import type { Moment, MomentKind } from '../src/api/types';
import { density, found, happened, marks, pageSegments, spanSegments } from '../src/player/timeline';

const extent = { start: 1000, end: 2000 };
const moment = (at: number, kind: MomentKind, data: Record<string, unknown> = {}): Moment => ({ at, kind, label: '', data });

describe('density', () => {
  it('is one where most happens and nought where nothing does', () => {
    const bins = density([moment(1010, 'click'), moment(1020, 'click'), moment(1900, 'click')], extent, 10);
    expect(bins[0]).toBe(1);
    expect(bins[5]).toBe(0);
    expect(bins[9]).toBeGreaterThan(0);
    expect(bins[9]).toBeLessThan(1);
  });

  it('keeps what lies outside on the nearest side', () => {
    expect(density([moment(0, 'click'), moment(9000, 'click')], extent, 4)).toEqual([1, 0, 0, 1]);
  });
});

describe('marks', () => {
  it('show trouble, and not what went well', () => {
    const shown = marks([moment(1100, 'request', { status: 200 }), moment(1200, 'request', { status: 500 }), moment(1300, 'error'), moment(1400, 'input')], happened, extent, 0.01);
    expect(shown.map((mark) => mark.look)).toEqual(['request', 'error']);
  });

  it('join moments of a kind that are too close, and keep others apart', () => {
    const shown = marks([moment(1100, 'error'), moment(1105, 'error'), moment(1106, 'request', { status: 0 }), moment(1500, 'error')], happened, extent, 0.02);
    const errors = shown.filter((mark) => mark.look === 'error');
    expect(errors.map((mark) => mark.moments.length)).toEqual([2, 1]);
    const places = shown.map((mark) => mark.place).sort((a, b) => a - b);
    for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(0.02 - 1e-9);
  });

  it('keep signals to a row of their own', () => {
    const both = [moment(1100, 'click'), moment(1100, 'rage'), moment(1101, 'error'), moment(1102, 'errorclick')];
    expect(marks(both, found, extent, 0.02).map((mark) => mark.look)).toEqual(['rage', 'errorclick']);
    expect(marks(both, happened, extent, 0.02).map((mark) => mark.look)).toEqual(['error']);
  });
});

describe('segments', () => {
  it('of pages cover the tab from its start to its end', () => {
    const pages = [
      { at: 1100, tab: 'a', url: '/1' },
      { at: 1500, tab: 'a', url: '/2' },
      { at: 1200, tab: 'b', url: '/other' },
    ];
    expect(pageSegments(pages, 'a', extent, 0.02).map(({ from, to }) => [from, to])).toEqual([
      [0, 0.5],
      [0.5, 1],
    ]);
  });

  it('of pages that came too soon are one', () => {
    const pages = Array.from({ length: 10_000 }, (_, i) => ({ at: 1000 + i / 10, tab: 'a', url: `/${i}` }));
    const found = pageSegments(pages, 'a', extent, 0.02);
    expect(found.length).toBeLessThanOrEqual(51);
    expect(found.reduce((sum, { more }) => sum + 1 + more, 0)).toBe(pages.length);
    expect([found[0]!.from, found.at(-1)!.to]).toEqual([0, 1]);
    for (const { from, to } of found.slice(0, -1)) expect(to - from).toBeGreaterThanOrEqual(0.02);
  });

  it('of pages together have the name of the one that was open longest', () => {
    const pages = [1000, 1001, 1500].map((at) => ({ at, tab: 'a', url: `/${at}` }));
    expect(pageSegments(pages, 'a', extent, 0.02).map(({ of, more }) => [of.url, more])).toEqual([
      ['/1001', 1],
      ['/1500', 0],
    ]);
  });

  it('of gaps are where the gaps are', () => {
    expect(spanSegments([{ from: 1200, to: 1400 }], extent)[0]).toMatchObject({ from: 0.2, to: 0.4 });
  });
});
