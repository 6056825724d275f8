import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/client';
import type { Missing, SessionDetail } from '../src/api/types';
import { PlayerController } from '../src/player/controller';
import type { Order, Report } from '../src/player/protocol';
import type { Fetched, Live, Source } from '../src/player/source';
import type { Start } from '../src/player/store';
import type { EventWindow } from '../src/player/windows';

// The player document is stood in for by a window that keeps what it is told, and the
// service by answers given by hand; what is under test is who asks whom for what, when.

const started = 1_700_000_000_000;
const offset = 5_000;
const minute = 60_000;

const session = (over: Partial<SessionDetail> = {}): SessionDetail => ({
  id: 's', projectId: 'p', state: 'sealed', startedAt: started, endedAt: started + 10 * minute, receivedAt: started, durationMs: 10 * minute, activeMs: 0,
  user: {}, pages: [], browser: '', os: '', device: '', country: '', language: '', release: '', referrer: '', vitals: {}, events: 1, rawBytes: 1, storedBytes: 1,
  counts: {
    pages: 0, clicks: 0, errors: 0, consoleErrors: 0, failedRequests: 0, responses: 0, custom: 0,
    rage: 0, dead: 0, errorclick: 0, quickback: 0, slow: 0, thrash: 0, abandon: 0, freeze: 0, refresh: 0,
  },
  tags: [], teamTags: [],
  clockOffsetMs: offset, tabs: [{ id: 'a', startedAt: started, endedAt: started + 10 * minute, events: 1, playable: true, playableFrom: started }], ...over,
});

interface Asked {
  window: EventWindow;
  answer: (got?: Partial<Fetched>) => Promise<void>;
  refuse: (error: Error) => Promise<void>;
  aborted: () => boolean;
}

class HandSource implements Source {
  asked: Asked[] = [];
  live: Live | null = null;
  stopped = 0;
  after = 0;

  events(_tab: string, window: EventWindow, signal: AbortSignal): Promise<Fetched> {
    return new Promise((resolve, reject) => {
      const settled = () => new Promise<void>((done) => setTimeout(done));
      this.asked.push({
        window,
        answer: (got) => (resolve({ events: '[]', lastSeq: 7, ...got }), settled()),
        refuse: (error) => (reject(error), settled()),
        aborted: () => signal.aborted,
      });
    });
  }

  follow(_tab: string, after: number, live: Live) {
    this.live = live;
    this.after = after;
    return () => void this.stopped++;
  }

  last(): Asked {
    const asked = this.asked.at(-1);
    if (!asked) throw new Error('nothing was asked for');
    return asked;
  }
}

let hear: (event: unknown) => void;
let orders: Order[];
const frame = { postMessage: (order: Order) => void orders.push(order) } as unknown as Window;

beforeEach(() => {
  orders = [];
  vi.stubGlobal('location', { origin: 'http://here' });
  vi.stubGlobal('addEventListener', (_: string, listener: (event: unknown) => void) => (hear = listener));
  vi.stubGlobal('removeEventListener', () => undefined);
});

function open(detail = session(), start: Partial<Start> = {}) {
  const source = new HandSource();
  const player = new PlayerController(detail, source, { at: null, play: true, tab: 'a', live: false, speed: 1, skipIdle: false, ...start });
  player.attach(frame);
  const report = (message: Report) => hear({ origin: 'http://here', source: frame, data: { afterimage: 'player', ...message } });
  report({ kind: 'ready' });
  const load = () => orders.filter((order) => order.kind === 'load').at(-1)?.load ?? 0;
  const seek = () => orders.reduce((last, order) => ('seek' in order ? order.seek : last), 0);
  const contents = (to: number, damaged: [number, number][] = []) => ({ events: 3, last: to - offset, damaged: damaged.map(([a, b]): [number, number] => [a - offset, b - offset]), torn: damaged.some(([, end]) => end > to), active: [] });
  return {
    source,
    player,
    load,
    loaded: (keyframe: number | null, to: number, damaged?: [number, number][]) =>
      report({ kind: 'loaded', load: load(), keyframe: keyframe === null ? null : keyframe - offset, contents: contents(to, damaged) }),
    appended: (to: number, damaged?: [number, number][]) => report({ kind: 'appended', load: load(), contents: contents(to, damaged) }),
    /** Answers until the player has all events up to a time. */
    async has(to: number, keyframe = started) {
      await source.last().answer();
      report({ kind: 'loaded', load: load(), keyframe: keyframe - offset, contents: contents(keyframe) });
      for (let next = source.last(), before: Asked | null = null; next !== before && next.window.from < to; before = next, next = source.last()) {
        await next.answer();
        report({ kind: 'appended', load: load(), contents: contents(to) });
      }
    },
    time: (at: number) => report({ kind: 'time', load: load(), seek: seek(), at: at - offset }),
    edge: (direction: 1 | -1) => report({ kind: 'edge', load: load(), seek: seek(), direction }),
    starved: (at: number) => report({ kind: 'starved', load: load(), seek: seek(), at: at - offset }),
    report,
  };
}

describe('opening a session', () => {
  it('asks for events before the player document is ready, and plays them from where one is by then', async () => {
    const source = new HandSource();
    const player = new PlayerController(session(), source, { at: null, play: true, tab: 'a', live: false, speed: 1, skipIdle: false });
    player.attach(frame);
    expect(source.asked.length).toBe(1);
    await source.last().answer({ events: '[1]' });
    player.pause();
    expect(orders).toEqual([]);
    const ready = () => hear({ origin: 'http://here', source: frame, data: { afterimage: 'player', kind: 'ready' } });
    ready();
    expect(orders).toMatchObject([{ kind: 'load', events: '[1]', play: false }]);
    expect(source.asked.length).toBe(1);
    ready(); // the document was loaded anew, and holds nothing
    expect(source.asked.length).toBe(2);
  });

  it('hands over nothing of a place that was left before the player document was ready', async () => {
    const source = new HandSource();
    const player = new PlayerController(session(), source, { at: null, play: true, tab: 'a', live: false, speed: 1, skipIdle: false });
    player.attach(frame);
    await source.last().answer({ events: '[1]' });
    player.seek(started + minute);
    hear({ origin: 'http://here', source: frame, data: { afterimage: 'player', kind: 'ready' } });
    expect(orders).toEqual([]);
    await source.last().answer({ events: '[2]' });
    expect(orders).toMatchObject([{ kind: 'load', events: '[2]' }]);
  });

  it('asks for a keyframe, hands it on in the client’s clock, and fetches ahead', async () => {
    const { source, player, loaded } = open();
    expect(source.last().window).toEqual({ from: started, to: started + 4_000, keyframe: true });
    await source.last().answer({ events: '[1]' });
    expect(orders.at(-1)).toMatchObject({ kind: 'load', from: started - offset, at: started - offset, until: started + 4_000 - offset, play: true });
    loaded(started, started + 3_000);
    expect(player.store.get()).toMatchObject({ shown: true, waiting: false });
    expect(source.asked).toHaveLength(2);
    expect(source.last().window).toMatchObject({ from: started + 4_000, keyframe: false });
  });

  it('shows the moment of a link, paused', async () => {
    const { source, player } = open(session(), { at: started + 83_200, play: false });
    expect(source.last().window.from).toBe(started + 83_200);
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'load', at: started + 83_200 - offset, play: false });
    expect(player.store.get().playing).toBe(false);
  });

  it('goes on to the next window where there is no picture yet, and says so where there is none at all', async () => {
    const { source, player, loaded } = open(session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + 40_000, events: 1, playable: true, playableFrom: started + 50_000 }] }));
    await source.last().answer();
    loaded(null, started + 1);
    expect(source.last().window).toEqual({ from: started + 4_000, to: started + 20_000, keyframe: true });
    await source.last().answer();
    loaded(null, started + 20_000);
    expect(source.last().window).toEqual({ from: started + 20_000, to: started + 40_001, keyframe: true });
    await source.last().answer();
    loaded(null, started + 40_000);
    expect(player.store.get().trouble).toBe('notPlayable');
  });

  it('tells an erased session from one that is not there', async () => {
    const { source, player } = open();
    await source.last().refuse(new ApiError(410, 'erased', ''));
    expect(player.store.get().trouble).toBe('erased');
  });
});

describe('seeking', () => {
  it('stays in the run where it can', async () => {
    const { source, player, has } = open();
    await has(started + 30_000);
    const asked = source.asked.length;
    player.seek(started + 10_000);
    expect(orders.at(-1)).toEqual(expect.objectContaining({ kind: 'seek', at: started + 10_000 - offset }));
    expect(source.asked).toHaveLength(asked);
  });

  it('begins anew from a keyframe where nothing is loaded, and drops what was on its way', async () => {
    const { source, player, loaded, time } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
    const before = source.last();
    player.seek(started + 5 * minute);
    expect(before.aborted()).toBe(true);
    expect(source.last().window).toMatchObject({ from: started + 5 * minute, keyframe: true });
    // What the old run still reports does not move the time.
    time(started + 1_000);
    await source.last().answer();
    expect(player.store.get().at).toBe(started + 5 * minute);
  });

  it('is not undone by a report from before it', async () => {
    const { player, has, report, load } = open();
    await has(started + 30_000);
    player.seek(started + 10_000);
    report({ kind: 'time', load: load(), seek: 1, at: started + 500 - offset });
    expect(player.store.get().at).toBe(started + 10_000);
    player.seek(player.store.get().at + 10_000);
    expect(player.store.get().at).toBe(started + 20_000);
  });

  it('stays between the first and the last event', () => {
    const { player } = open();
    player.seek(started - minute);
    expect(player.store.get().at).toBe(started);
    player.seek(started + 99 * minute);
    expect(player.store.get().at).toBe(started + 10 * minute);
  });
});

describe('stepping by frames', () => {
  it('pauses, and shows where the player document stopped', async () => {
    const { source, player, loaded, time } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
    player.stepFrame(1);
    expect(orders.at(-1)).toMatchObject({ kind: 'frame', direction: 1 });
    time(started + 1_234);
    expect(player.store.get()).toMatchObject({ at: started + 1_234, playing: false });
  });

  it('goes back over where the run begins, further each time until there is a change', async () => {
    const { source, player, loaded, edge } = open(session(), { at: started + minute });
    await source.last().answer();
    loaded(started + minute - 1, started + minute + 4_000);
    player.stepFrame(-1);
    edge(-1);
    expect(source.last().window).toEqual({ from: started + 55_000, to: started + 64_000, keyframe: true });
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'load', from: started + 55_000 - offset, at: started + minute - offset, play: false });
    loaded(started + 54_999, started + minute + 4_000);
    expect(orders.at(-1)).toMatchObject({ kind: 'frame', direction: -1 });
    edge(-1);
    expect(source.last().window.from).toBe(started + 50_000);
  });

  it('stays where nothing is before', async () => {
    const { source, player, loaded, edge } = open();
    await source.last().answer();
    loaded(started, started + 4_000);
    const asked = source.asked.length;
    player.stepFrame(-1);
    edge(-1);
    expect(source.asked).toHaveLength(asked);
  });
});

describe('playing', () => {
  it('ends after the last event, and starts over when asked to go on', async () => {
    const { player, has, starved } = open(session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + 20_000, events: 1, playable: true, playableFrom: started }] }));
    await has(started + 20_000);
    starved(started + 20_001);
    expect(player.store.get()).toMatchObject({ ended: true, playing: false, at: started + 20_000 });
    player.play();
    expect(player.store.get()).toMatchObject({ ended: false, playing: true, at: started });
  });

  it('waits where the next window is late, and goes on when it came', async () => {
    const { source, player, loaded, appended, starved, time } = open();
    await source.last().answer();
    loaded(started, started + 4_000);
    starved(started + 4_000);
    expect(player.store.get().waiting).toBe(true);
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'append' });
    appended(started + 20_000);
    time(started + 4_100);
    expect(player.store.get().waiting).toBe(false);
  });

  it('asks again by itself for an answer that broke off, and stops for what it has meanwhile', async () => {
    const { source, player, loaded, time } = open();
    await source.last().answer();
    loaded(started, started + 4_000);
    const { window } = source.last();
    vi.useFakeTimers();
    try {
      void source.last().refuse(new TypeError('network error'));
      await vi.advanceTimersByTimeAsync(1);
      expect(player.store.get()).toMatchObject({ trouble: 'offline', waiting: false });
      time(started + 1_000);
      const asked = source.asked.length;
      await vi.advanceTimersByTimeAsync(5_000);
      expect(source.asked).toHaveLength(asked + 1);
      expect(source.last().window).toEqual(window);
    } finally {
      vi.useRealTimers();
    }
  });

  it('skips inactivity, but not what is worth seeing', async () => {
    const { player, has, report, time, load } = open(session(), { skipIdle: true });
    await has(started + 30_000);
    report({ kind: 'appended', load: load(), contents: { events: 1, damaged: [], torn: false, last: started + 30_000 - offset, active: [[started - offset, started + 2_000 - offset]] } });
    player.setMoments([started + 20_000]);
    time(started + 4_000);
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 19_000 - offset });
    expect(player.store.get().skipped).toEqual({ ms: 15_000, why: 'idle' });
  });
});

describe('what is missing', () => {
  const lacking = (...missing: Missing[]) =>
    session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + 10 * minute, events: 1, playable: true, playableFrom: started, missing }] });
  const batches = (from: number, to: number): Missing => ({ why: 'batches', fromSeq: 1, toSeq: 1, from: started + from, to: started + to });
  const snapshot = (from: number, to: number): Missing => ({ why: 'snapshot', fromSeq: -1, toSeq: -1, from: started + from, to: started + to });

  it('is skipped while playing, and said', async () => {
    const { player, has, time } = open(lacking(batches(10_000, 22_000)));
    await has(started + 60_000);
    time(started + 9_900);
    expect(player.store.get().skipped).toBeNull();
    time(started + 10_050);
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 22_001 - offset });
    expect(player.store.get()).toMatchObject({ at: started + 22_001, playing: true, skipped: { ms: 11_951, why: 'batches' } });
  });

  it('of less than a second is played', async () => {
    const { player, has, time } = open(lacking(batches(10_000, 10_900)));
    await has(started + 60_000);
    time(started + 10_050);
    expect(player.store.get()).toMatchObject({ at: started + 10_050, skipped: null });
  });

  it('is told apart from inactivity', async () => {
    const { has, time, player } = open(lacking(batches(30_000, 50_000)), { skipIdle: true });
    await has(started + 60_000);
    time(started + 5_000);
    expect(player.store.get()).toMatchObject({ at: started + 29_000, skipped: { why: 'idle' } });
  });

  it('can be stood in while paused, with the picture of before it, and left', async () => {
    const { source, player } = open(lacking(batches(10_000, 22_000)), { at: started + 15_000, play: false });
    expect(source.last().window).toMatchObject({ from: started + 15_000, keyframe: true });
    player.leaveGap();
    expect(source.last().window).toMatchObject({ from: started + 22_001, keyframe: true });
    expect(player.store.get()).toMatchObject({ at: started + 22_001, playing: false });
  });

  it('of a beginning without a picture is where nothing is asked for: playing starts after it', async () => {
    const detail = lacking(snapshot(0, 35_000));
    expect(open(detail).source.last().window).toMatchObject({ from: started + 35_001, keyframe: true });
    const { source, player } = open(detail, { at: started + 5_000, play: false });
    expect(source.asked).toHaveLength(0);
    expect(player.store.get()).toMatchObject({ at: started + 5_000, waiting: false, trouble: null });
    player.play();
    expect(source.last().window).toMatchObject({ from: started + 35_001 });
    expect(player.store.get()).toMatchObject({ playing: true, skipped: { ms: 30_001, why: 'snapshot' } });
  });

  it('of a page without a picture is stood in without the picture moving, in the run or not', async () => {
    const { player, has, report, load } = open(lacking(snapshot(10_000, 22_000)), { play: false });
    await has(started + 60_000);
    const before = orders.filter((order) => order.kind === 'seek').length;
    player.seek(started + 12_000);
    report({ kind: 'time', load: load(), seek: 1, at: started - offset });
    expect(player.store.get().at).toBe(started + 12_000);
    expect(orders.filter((order) => order.kind === 'seek')).toHaveLength(before);
    player.leaveGap();
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 22_001 - offset });
  });

  it('of all pictures is said without a request', () => {
    const { source, player } = open(session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + minute, events: 1, playable: false, playableFrom: 0 }] }));
    expect(source.asked).toHaveLength(0);
    expect(player.store.get().trouble).toBe('notPlayable');
    player.seek(started + 10_000);
    expect(player.store.get().at).toBe(started + 10_000);
  });

  it('of all pictures of a session that may go on is said when one was looked for', async () => {
    const missing: Missing[] = [snapshot(0, minute)];
    const tabs = [{ id: 'a', startedAt: started, endedAt: started + minute, events: 1, playable: false, playableFrom: 0, missing }];
    const { source, player, loaded } = open(session({ state: 'live', tabs }), { live: false });
    await source.last().answer();
    loaded(null, started);
    expect(source.asked).toHaveLength(1);
    expect(player.store.get().trouble).toBe('notPlayable');
  });

  it('is not fetched, however long it is', async () => {
    const { source, has } = open(lacking(batches(3_000, 9 * minute)));
    await has(started + 1_000);
    expect(source.last().window).toEqual({ from: started + 4_000, to: started + 9 * minute, keyframe: false });
  });
});

describe('damage', () => {
  it('that is met ahead is noted, and skipped when playing comes to it', async () => {
    const { source, player, loaded, appended, time } = open();
    await source.last().answer();
    loaded(started, started + 4_000);
    await source.last().answer();
    appended(started + 20_000, [[started + 10_000, started + 14_000]]);
    expect(player.store.get().gaps).toEqual([{ why: 'damaged', from: started + 10_000, to: started + 14_000 }]);
    time(started + 10_000);
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 14_001 - offset });
    expect(player.store.get().skipped).toEqual({ ms: 4_001, why: 'damaged' });
  });

  it('at the end of what was fetched has the next window begin with a keyframe, which goes on with the run', async () => {
    const { source, loaded, appended } = open();
    await source.last().answer();
    loaded(started, started + 3_000, [[started + 3_000, started + 4_500]]);
    expect(source.last().window).toMatchObject({ from: started + 4_000, keyframe: true });
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'append' });
    appended(started + 20_000, [[started + 3_000, started + 6_000]]);
    expect(source.last().window.keyframe).toBe(false);
  });

  it('that one goes into is stood in, and one goes on after it', async () => {
    const { source, player, loaded } = open(session(), { at: started + 2 * minute, play: false });
    await source.last().answer();
    loaded(started + 3 * minute, started + 3 * minute, [[started + minute, started + 3 * minute]]);
    expect(player.store.get()).toMatchObject({ at: started + 2 * minute, waiting: false, trouble: null });
    player.play();
    expect(source.last().window).toMatchObject({ from: started + 3 * minute + 1, keyframe: true });
    expect(player.store.get().playing).toBe(true);
  });

  it('without a picture after it in the window is passed at once', async () => {
    const { source, player, loaded } = open();
    await source.last().answer();
    loaded(null, started, [[started, started + minute]]);
    expect(source.last().window).toMatchObject({ from: started + minute, keyframe: true });
    await source.last().answer();
    loaded(started + minute - 1, started + minute);
    expect(player.store.get()).toMatchObject({ at: started + minute + 1, playing: true, skipped: { ms: minute + 1, why: 'damaged' } });
  });

  it('up to the end ends playing there', async () => {
    const { source, player, loaded } = open(session(), { at: started + 9 * minute, play: true });
    await source.last().answer();
    loaded(started + 9 * minute - 1, started + 9 * minute + 4_000, [[started + 9 * minute + 3_000, started + 10 * minute]]);
    player.seek(started + 9 * minute + 3_500);
    expect(player.store.get()).toMatchObject({ at: started + 10 * minute, ended: true, playing: false });
  });

  it('of the whole is said, and nothing is asked for again', async () => {
    const { source, player, loaded } = open();
    await source.last().answer();
    loaded(null, started, [[started, started + 10 * minute]]);
    expect(source.asked).toHaveLength(1);
    expect(player.store.get()).toMatchObject({ waiting: false, playing: false, trouble: null });
  });
});

describe('a live session', () => {
  const live = () => session({ state: 'live', tabs: [{ id: 'a', startedAt: started, endedAt: started + 20_000, events: 1, playable: true, playableFrom: started }] });

  it('opens at its newest events, then follows from the last batch it got', async () => {
    const { source, loaded, player } = open(live(), { live: true });
    expect(source.last().window).toEqual({ from: started + 18_000, to: undefined, keyframe: true });
    await source.last().answer({ lastSeq: 41 });
    expect(orders.at(-1)).toMatchObject({ kind: 'load', until: null });
    loaded(started + 18_000, started + 21_000);
    expect(source.after).toBe(41);
    expect(player.store.get().end).toBe(started + 21_000);
  });

  it('takes new events in, and catches up after a pause of the person', async () => {
    const { source, loaded, appended, player } = open(live(), { live: true });
    await source.last().answer();
    loaded(started + 18_000, started + 20_000);
    source.live?.events(8, [{ type: 3 }]);
    expect(orders.at(-1)).toMatchObject({ kind: 'append', events: '[{"type":3}]', until: null });
    appended(started + 50_000);
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 48_000 - offset });
    expect(player.store.get().following).toBe(true);
  });

  it('stops following when the viewer looks elsewhere, and ends when the session does', async () => {
    const { source, loaded, player } = open(live(), { live: true });
    await source.last().answer();
    loaded(started, started + 20_000);
    player.seek(started + 5_000);
    expect(player.store.get().following).toBe(false);
    let ended = false;
    player.onSession = (session) => (ended = session === null);
    source.live?.end();
    expect(ended).toBe(true);
    expect(player.store.get().live).toBe(false);
  });
});
