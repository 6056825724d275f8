import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/client';
import type { SessionDetail } from '../src/api/types';
import { PlayerController } from '../src/player/controller';
import type { Order, Report } from '../src/player/protocol';
import { BrokenOff, type Fetched, type Live, type Source } from '../src/player/source';
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
  counts: { pages: 0, clicks: 0, errors: 0, consoleErrors: 0, failedRequests: 0, responses: 0, custom: 0 },
  clockOffsetMs: offset, tabs: [{ id: 'a', startedAt: started, endedAt: started + 10 * minute, events: 1, playable: true }], ...over,
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
  const contents = (to: number) => ({ events: 3, first: started - offset, last: to - offset, active: [] });
  return {
    source,
    player,
    load,
    loaded: (keyframe: number | null, to: number) => report({ kind: 'loaded', load: load(), keyframe: keyframe === null ? null : keyframe - offset, contents: contents(to) }),
    appended: (to: number) => report({ kind: 'appended', load: load(), contents: contents(to) }),
    time: (at: number) => report({ kind: 'time', load: load(), seek: seek(), at: at - offset }),
    starved: (at: number) => report({ kind: 'starved', load: load(), seek: seek(), at: at - offset }),
    report,
  };
}

describe('opening a session', () => {
  it('asks for a keyframe, hands it on in the client’s clock, and fetches ahead', async () => {
    const { source, player, loaded } = open();
    expect(source.last().window).toEqual({ from: started, to: started + 30_000, keyframe: true });
    await source.last().answer({ events: '[1]' });
    expect(orders.at(-1)).toMatchObject({ kind: 'load', at: started - offset, until: started + 30_000 - offset, play: true });
    loaded(started, started + 20_000);
    expect(player.store.get()).toMatchObject({ shown: true, waiting: false });
    expect(source.asked).toHaveLength(2);
    expect(source.last().window).toMatchObject({ from: started + 30_000, keyframe: false });
  });

  it('shows the moment of a link, paused', async () => {
    const { source, player } = open(session(), { at: started + 83_200, play: false });
    expect(source.last().window.from).toBe(started + 83_200);
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'load', at: started + 83_200 - offset, play: false });
    expect(player.store.get().playing).toBe(false);
  });

  it('goes on to the next window where there is no picture yet, and says so where there is none at all', async () => {
    const { source, player, loaded } = open(session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + 40_000, events: 1, playable: false }] }));
    await source.last().answer();
    loaded(null, started + 1);
    expect(source.last().window).toMatchObject({ from: started + 30_000, keyframe: true });
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
    const { source, player, loaded } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
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
    const { source, player, loaded, report, load } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
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

  it('goes to what is before where the run begins', async () => {
    const { source, player, loaded, report, load } = open(session(), { at: started + minute });
    await source.last().answer();
    loaded(started + 50_000, started + 90_000);
    player.stepFrame(-1);
    report({ kind: 'edge', load: load(), direction: -1, seek: orders.reduce((last, order) => ('seek' in order ? order.seek : last), 0) });
    expect(source.last().window).toMatchObject({ from: started + 50_000 - 1, keyframe: true });
  });
});

describe('playing', () => {
  it('ends after the last event, and starts over when asked to go on', async () => {
    const { source, player, loaded, starved } = open(session({ tabs: [{ id: 'a', startedAt: started, endedAt: started + 20_000, events: 1, playable: true }] }));
    await source.last().answer();
    loaded(started, started + 20_000);
    starved(started + 20_001);
    expect(player.store.get()).toMatchObject({ ended: true, playing: false, at: started + 20_000 });
    player.play();
    expect(player.store.get()).toMatchObject({ ended: false, playing: true, at: started });
  });

  it('waits where the next window is late, and goes on when it came', async () => {
    const { source, player, loaded, appended, starved, time } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
    starved(started + 30_000);
    expect(player.store.get().waiting).toBe(true);
    await source.last().answer();
    expect(orders.at(-1)).toMatchObject({ kind: 'append' });
    appended(started + 90_000);
    time(started + 30_100);
    expect(player.store.get().waiting).toBe(false);
  });

  it('skips inactivity, but not what is worth seeing', async () => {
    const { source, player, time, report, load } = open(session(), { skipIdle: true });
    await source.last().answer();
    report({ kind: 'loaded', load: load(), keyframe: started - offset, contents: { events: 2, first: started - offset, last: started + 30_000 - offset, active: [[started - offset, started + 2_000 - offset]] } });
    player.setMoments([started + 20_000]);
    time(started + 4_000);
    expect(orders.at(-1)).toMatchObject({ kind: 'seek', at: started + 19_000 - offset });
    expect(player.store.get().skippedMs).toBe(15_000);
  });
});

describe('damage', () => {
  const damaged = () => new ApiError(500, 'damaged', '');

  it('is not asked for again with each report of the time, and told where playing comes to it', async () => {
    const { source, player, loaded, time, starved } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
    await source.last().refuse(damaged());
    const asked = source.asked.length;
    time(started + 1_000);
    time(started + 1_066);
    expect(source.asked).toHaveLength(asked);
    expect(player.store.get()).toMatchObject({ trouble: 'damaged', waiting: false });
    starved(started + 30_000);
    expect(player.store.get()).toMatchObject({ trouble: 'damaged', waiting: true });
  });

  it('is closed in on where an answer breaks off', async () => {
    const { source, loaded } = open();
    await source.last().answer();
    loaded(started, started + 30_000);
    const { from, to = 0 } = source.last().window;
    await source.last().refuse(new BrokenOff());
    expect(source.last().window).toEqual({ from, to: from + (to - from) / 2, keyframe: false });
  });

  it('is passed in growing steps until something can be read', async () => {
    const { source, player, loaded } = open();
    await source.last().refuse(damaged());
    player.passDamage();
    expect(source.last().window.from).toBe(started + 5_000);
    await source.last().refuse(damaged());
    expect(source.last().window.from).toBe(started + 15_000);
    await source.last().answer();
    loaded(started + 14_000, started + 40_000);
    expect(player.store.get()).toMatchObject({ trouble: null, shown: true });
  });
});

describe('a live session', () => {
  const live = () => session({ state: 'live', tabs: [{ id: 'a', startedAt: started, endedAt: started + 20_000, events: 1, playable: true }] });

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
