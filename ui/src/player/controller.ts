import type { Session, SessionDetail, Tab } from '../api/types';
import { joinSpans, skipTo, type Span } from './activity';
import { addDamage, after, type Gap, gapAt, gapsOf, isEnd, openingGap, showable, skippable } from './gaps';
import { type Contents, type Order, post, read, type Report } from './protocol';
import type { Source } from './source';
import { type PlayerState, type Skipped, type Start, Store } from './store';
import { retryable, troubleOf } from './trouble';
import { covers, type EventWindow, type Extent, firstWindow, furtherWindow, grow, nextWindow, outgrown, reachesEnd, type Run } from './windows';

/** A viewer this far behind the newest event of a live session is brought forward. */
const liveLagMsMax = 6_000;
/** How far behind the newest event a live session plays: about one upload of the recorder. */
const liveLeadMs = 2_000;
const retryMs = 2_000;
/** How long it is told what was skipped: inactivity in passing, what is missing so that it can be read. */
const idleShownMs = 1_600;
const gapShownMs = 4_000;
/** How far before a run the first look for an earlier change of the picture goes. */
const backMsMin = 5_000;

export const speeds: readonly number[] = [0.5, 1, 2, 4, 8, 16];

/**
 * Plays one session: fetches events window by window ahead of the time, hands them to
 * the player document, and tells the views where it is. What is fetched when is decided
 * in windows.ts; one fetch is under way at a time.
 */
export class PlayerController {
  readonly store: Store<PlayerState>;
  /** Called with the session as it is now while it is followed, and with null when it ended. */
  onSession: (session: Session | null) => void = () => undefined;

  private frame: Window | null = null;
  private ready = false;
  /** What came for a new run before the player document was ready. */
  private early: { window: EventWindow; events: string } | null = null;
  private run: Run | null = null;
  private load = 0;
  /** How often the time was set; a report that answers an earlier seek is out of date. */
  private seeks = 0;
  private fetching: AbortController | null = null;
  /** The window whose events the player document has been given and not yet taken in. */
  private given: { window: EventWindow; bytes: number } | null = null;
  private active: readonly Span[] = [];
  private busy: readonly Span[] = [];
  /** Both together: made when one of them changes, as it is looked at with each report of the time. */
  private lively: readonly Span[] = [];
  private lastSeq = -1;
  /** What of the tab was found damaged. */
  private damage: Gap[] = [];
  /** The run on its way is to be stepped back in, from where it is shown. */
  private steppingBack = false;
  private unfollow: (() => void) | null = null;
  private timers: { skipped?: ReturnType<typeof setTimeout>; retry?: ReturnType<typeof setTimeout> } = {};

  constructor(
    private session: SessionDetail,
    private readonly source: Source,
    start: Start,
  ) {
    const extent = this.extent(start.tab);
    const following = start.live && start.at === null;
    const gaps = gapsOf(this.tab(start.tab), []);
    const opening = openingGap(gaps, extent.start, extent.end);
    const first = opening ? after(opening) : extent.start;
    const at = Math.min(Math.max(start.at ?? (following ? extent.end - liveLeadMs : first), extent.start), extent.end);
    this.store = new Store<PlayerState>({
      at, following, gaps, tab: start.tab, start: extent.start, end: extent.end, live: start.live, speed: start.speed, skipIdle: start.skipIdle,
      playing: start.play, waiting: true, shown: false, ended: false, trouble: null, skipped: null, width: 0, height: 0, blocked: [],
    });
  }

  /**
   * Connects the player document. Events are asked for at once, and playing begins when it
   * says that it is ready. Returns the undo.
   */
  attach(frame: Window): () => void {
    this.frame = frame;
    this.ready = false;
    const hear = (event: MessageEvent) => {
      const report = read<Report>(event, this.frame);
      if (report) this.heard(report);
    };
    addEventListener('message', hear);
    this.seek(this.store.get().at, this.store.get().following);
    return () => {
      removeEventListener('message', hear);
      this.halt();
      this.frame = null;
    };
  }

  play() {
    const { ended, start, end, at, live, trouble } = this.store.get();
    if (trouble) return this.retry();
    this.store.set({ playing: true });
    this.tell({ kind: 'play' });
    const gap = this.gapAt(at);
    if (ended || (!live && isEnd(at, end))) this.seek(start);
    else if (gap && skippable(gap)) this.pass(at, gap);
  }

  pause() {
    this.store.set({ playing: false, following: false });
    this.tell({ kind: 'pause' });
  }

  toggle() {
    if (this.store.get().playing && !this.store.get().ended) this.pause();
    else this.play();
  }

  /** Goes to a time: at once if it is loaded, else from a keyframe there. */
  seek(to: number, following = false) {
    this.store.set({ skipped: null });
    this.goTo(to, following);
  }

  private goTo(to: number, following: boolean) {
    const { start, end, playing, tab } = this.store.get();
    const at = Math.min(Math.max(to, start), end);
    this.store.set({ following });
    if (!this.tab(tab)?.playable) return this.known().live ? this.begin(at, playing) : this.pictureless(at);
    const gap = this.gapAt(at);
    if (gap && playing && !following && skippable(gap)) return this.pass(at, gap);
    if (gap && !showable(gap)) return this.stand(at);
    if (!covers(this.run, at)) return this.begin(at, playing);
    this.store.set({ at, ended: false, waiting: false, trouble: null });
    this.tell({ kind: 'seek', at: this.clientTime(at), seek: ++this.seeks });
    this.pump();
  }

  /** Goes on after the gap that is shown. */
  leaveGap() {
    const gap = this.gapAt(this.store.get().at);
    if (gap) this.seek(after(gap));
  }

  /** Pauses at the next (1) or previous (-1) event that changes the picture. */
  stepFrame(direction: 1 | -1) {
    if (!this.run) return;
    if (this.store.get().playing) this.pause();
    this.store.set({ ended: false, following: false });
    this.tell({ kind: 'frame', direction, seek: ++this.seeks });
  }

  goLive() {
    this.store.set({ playing: true });
    this.tell({ kind: 'play' });
    this.seek(this.store.get().end - liveLeadMs, true);
  }

  setSpeed(speed: number) {
    this.store.set({ speed });
    this.tell({ kind: 'speed', speed });
    this.pump();
  }

  setSkipIdle(skipIdle: boolean) {
    this.store.set({ skipIdle });
  }

  /** Times that are worth seeing even where the person does nothing. */
  setMoments(times: readonly number[]) {
    this.busy = times.map((at) => [at, at]);
    this.lively = joinSpans(this.active, this.busy);
  }

  setTab(tab: string) {
    if (tab === this.store.get().tab) return;
    const { start, end } = this.extent(tab);
    this.active = [];
    this.lively = joinSpans([], this.busy);
    this.damage = [];
    this.run = null;
    this.store.set({ tab, start, end, gaps: gapsOf(this.tab(tab), []), shown: false });
    this.seek(this.store.get().at);
  }

  /** Takes the session as the service knows it now. */
  setSession(session: SessionDetail, live: boolean) {
    this.session = session;
    const { start, end } = this.extent(this.store.get().tab);
    this.store.set({ start, end: Math.max(end, this.store.get().end), live });
    this.findGaps();
    if (this.run?.complete && !this.unfollow && end >= this.run.to) {
      this.run = { ...this.run, complete: false };
      this.pump();
    }
  }

  retry() {
    this.begin(this.store.get().at, this.store.get().playing);
  }

  private tab(id: string): Tab | undefined {
    return this.session.tabs.find((one) => one.id === id);
  }

  private extent(tab: string): Extent {
    const { startedAt, endedAt, state } = this.session;
    const found = this.tab(tab);
    return { start: found?.startedAt ?? startedAt, end: found?.endedAt ?? endedAt, live: state === 'live' };
  }

  private known(): Extent {
    const { start, end } = this.store.get();
    return { start, end, live: this.session.state === 'live' };
  }

  private gapAt(at: number): Gap | null {
    const { gaps, end } = this.store.get();
    return gapAt(gaps, at, end);
  }

  private findGaps() {
    this.store.set({ gaps: gapsOf(this.tab(this.store.get().tab), this.damage) });
  }

  private clientTime(at: number): number {
    return at - this.session.clockOffsetMs;
  }

  private serverTime(at: number): number {
    return at + this.session.clockOffsetMs;
  }

  private tell(order: Order) {
    if (this.frame && this.ready) post(this.frame, order);
  }

  private halt() {
    this.fetching?.abort();
    this.fetching = null;
    this.given = null;
    this.early = null;
    this.unfollow?.();
    this.unfollow = null;
    clearTimeout(this.timers.retry);
  }

  /** Starts a new run at a time, with nothing of the run before but the picture on screen. */
  private begin(at: number, play: boolean, leadMs = 0) {
    this.halt();
    this.load++;
    this.seeks++;
    this.run = null;
    this.steppingBack = false;
    this.store.set({ at, playing: play, waiting: true, ended: false, trouble: null });
    // Until the new run's picture stands, the one before stays, and stands still.
    this.tell({ kind: 'pause' });
    void this.fetch(firstWindow(at, this.store.get().speed, this.known(), leadMs));
  }

  /** Stands still at a time that there is no picture of. */
  private stand(at: number) {
    this.seeks++; // the picture's own time says nothing here
    this.tell({ kind: 'pause' });
    this.store.set({ at, playing: false, ended: false, waiting: false, trouble: null });
  }

  private async fetch(window: EventWindow) {
    clearTimeout(this.timers.retry);
    const fetching = new AbortController();
    this.fetching = fetching;
    try {
      const { events, lastSeq } = await this.source.events(this.store.get().tab, window, fetching.signal);
      if (fetching.signal.aborted) return;
      this.fetching = null;
      this.lastSeq = lastSeq;
      this.give(window, events);
    } catch (error) {
      if (fetching.signal.aborted) return;
      this.fetching = null;
      this.failed(error, window);
    }
  }

  private give(window: EventWindow, events: string) {
    if (!this.ready) {
      this.early = { window, events };
      return;
    }
    const { at, speed, playing: play } = this.store.get();
    const until = window.to === undefined ? null : this.clientTime(window.to);
    this.given = { window, bytes: events.length };
    this.store.set({ trouble: null });
    if (!this.run) {
      const from = this.clientTime(window.from);
      this.tell({ kind: 'load', load: this.load, events, from, at: this.clientTime(at), until, play, speed, seek: this.seeks });
    } else {
      this.tell({ kind: 'append', load: this.load, events, until });
    }
  }

  private failed(error: unknown, window: EventWindow) {
    const trouble = troubleOf(error);
    // Trouble ahead does not stop what is loaded from playing on.
    const atEnd = !this.run || this.store.get().at >= this.run.to - 1;
    this.store.set({ trouble, waiting: atEnd || this.store.get().waiting });
    if (retryable(error)) this.timers.retry = setTimeout(() => void this.fetch(window), retryMs);
  }

  private heard(report: Report) {
    switch (report.kind) {
      case 'ready':
        return this.isReady();
      case 'size':
        return this.store.set({ width: report.width, height: report.height });
      case 'blocked':
        return this.store.set({ blocked: [...this.store.get().blocked, report.origin] });
    }
    if (report.load !== this.load) return;
    switch (report.kind) {
      case 'loaded':
        return this.loaded(report.contents, report.keyframe);
      case 'appended':
        return this.appended(report.contents);
      case 'time':
        return report.seek === this.seeks ? this.moved(this.serverTime(report.at)) : undefined;
      case 'edge':
        return report.seek === this.seeks ? this.overEdge(report.direction) : undefined;
      case 'starved':
        return report.seek === this.seeks ? this.starved(this.serverTime(report.at)) : undefined;
      case 'failed':
        return this.store.set({ trouble: 'failed', waiting: true });
    }
  }

  private isReady() {
    const again = this.ready;
    const early = this.early;
    this.ready = true;
    this.early = null;
    if (early) return this.give(early.window, early.events);
    if (!again) return; // what was asked for is on its way
    this.run = null;
    this.seek(this.store.get().at, this.store.get().following);
  }

  private loaded(contents: Contents, keyframe: number | null) {
    const given = this.given;
    if (!given) return;
    this.given = null;
    this.learn(contents);
    const { window } = given;
    if (keyframe === null) return this.lookFurther(window);
    this.settle({ from: window.from, to: window.from, bytes: 0, complete: false, torn: false, lastMs: 0, lastBytes: 0 }, window, given.bytes, contents);
    const { at, playing } = this.store.get();
    this.store.set({ shown: true, waiting: false });
    const gap = this.gapAt(at);
    if (this.steppingBack) this.tell({ kind: 'frame', direction: -1, seek: ++this.seeks });
    else if (gap && !showable(gap)) return playing ? this.pass(at, gap) : this.stand(at);
    else this.store.set({ at: Math.max(at, this.serverTime(keyframe)) });
    this.pump();
  }

  /** Nothing to show in the window that came; a picture may come later. */
  private lookFurther(window: EventWindow) {
    const { at, gaps, tab } = this.store.get();
    const further = furtherWindow(window, gaps, this.known());
    if (further) return void this.fetch(further);
    if (this.tab(tab)?.playable && this.gapAt(at)) this.stand(at);
    else this.pictureless(at);
  }

  /** Says that there is no picture at all; the time goes on being chosen for what is beside it. */
  private pictureless(at: number) {
    this.stand(at);
    this.store.set({ trouble: 'notPlayable' });
  }

  private appended(contents: Contents) {
    if (!this.run) return;
    const given = this.given;
    this.given = null;
    this.learn(contents);
    if (given) {
      this.settle(this.run, given.window, given.bytes, contents);
      return this.pump();
    }
    this.settle(this.run, { from: this.run.to, to: undefined, keyframe: false }, 0, contents);
    this.catchUp();
  }

  /** Notes what the service could not read. */
  private learn(contents: Contents) {
    if (contents.damaged.length === 0) return;
    for (const [from, to] of contents.damaged) this.damage = addDamage(this.damage, this.serverTime(from), this.serverTime(to));
    this.findGaps();
  }

  /** Notes what the run holds now, and follows the session where it reaches the newest. */
  private settle(run: Run, window: EventWindow, bytes: number, contents: Contents) {
    const lastAt = contents.events > 0 ? this.serverTime(contents.last) : run.to - 1;
    const extent = this.known();
    this.run = { ...grow(run, window, bytes, lastAt), complete: reachesEnd(window, extent), torn: contents.torn };
    this.store.set({ end: Math.max(extent.end, lastAt) });
    const spans = contents.active.map(([from, to]): Span => [this.serverTime(from), this.serverTime(to)]);
    this.active = joinSpans(this.active, spans);
    this.lively = joinSpans(this.active, this.busy);
    if (this.run.complete && extent.live && !this.unfollow) this.follow();
  }

  private follow() {
    const { tab } = this.store.get();
    this.unfollow = this.source.follow(tab, this.lastSeq, {
      events: (seq, events) => {
        this.lastSeq = seq;
        this.tell({ kind: 'append', load: this.load, events: JSON.stringify(events), until: null });
      },
      session: (session) => this.onSession(session),
      connected: (is) => this.store.set({ trouble: is ? null : 'offline' }),
      end: () => {
        this.unfollow = null;
        this.session = { ...this.session, state: 'sealed' };
        this.store.set({ live: false, following: false });
        this.onSession(null);
      },
    });
  }

  /** Brings a viewer of a live session forward who has fallen behind, as after a pause of the person. */
  private catchUp() {
    const { following, playing, at, end } = this.store.get();
    if (following && playing && end - at > liveLagMsMax) this.seek(end - liveLeadMs, true);
  }

  private moved(at: number) {
    if (!this.run) return;
    this.store.set({ at: Math.min(at, this.store.get().end), waiting: false });
    const { playing, skipIdle, following, end, gaps } = this.store.get();
    const gap = playing && !following ? this.gapAt(at) : null;
    if (gap && skippable(gap)) return this.pass(at, gap);
    if (playing && skipIdle && !following) {
      // What is missing is told apart from what is idle.
      const until = gaps.find((next) => next.from > at)?.from ?? Infinity;
      const to = skipTo(this.lively, at, Math.min(until, this.run.complete ? end : this.run.to));
      if (to !== null) this.skip(at, to, 'idle');
    }
    this.pump();
  }

  /** Playing goes on after a gap; where nothing comes after it, it ends. */
  private pass(at: number, gap: Gap) {
    const { end, live } = this.store.get();
    if (!isEnd(gap.to, end)) return this.skip(at, after(gap), gap.why);
    this.stand(live ? at : end);
    this.store.set({ ended: !live });
  }

  private skip(at: number, to: number, why: Skipped['why']) {
    this.store.set({ skipped: { ms: to - at, why } });
    this.goTo(to, false);
    clearTimeout(this.timers.skipped);
    this.timers.skipped = setTimeout(() => this.store.set({ skipped: null }), why === 'idle' ? idleShownMs : gapShownMs);
  }

  /** Goes on where the run has no further change of the picture: to what is before or after it. */
  private overEdge(direction: 1 | -1) {
    if (!this.run) return;
    const { at, start, end } = this.store.get();
    if (direction === 1) return this.seek(this.run.complete ? end : this.run.to);
    if (this.run.from <= start) return;
    this.begin(at, false, Math.max(backMsMin, 2 * (at - this.run.from)));
    this.steppingBack = true;
  }

  private starved(at: number) {
    if (!this.run?.complete) {
      this.store.set({ waiting: true });
      return this.pump();
    }
    if (this.store.get().live) return this.store.set({ at: Math.min(at, this.store.get().end), waiting: true });
    this.tell({ kind: 'pause' });
    this.store.set({ at: this.store.get().end, playing: false, ended: true, waiting: false, following: false });
  }

  /** Fetches what comes next, if it is time to. */
  private pump() {
    const { at, speed, playing, trouble, gaps } = this.store.get();
    // What failed is asked for again by its timer or by the viewer, not with each report of the time.
    if (!this.run || this.fetching || this.given || trouble) return;
    if (outgrown(this.run, at)) return this.begin(at, playing);
    const window = nextWindow(this.run, at, speed, gaps, this.known());
    if (window) void this.fetch(window);
  }
}
