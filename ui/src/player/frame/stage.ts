import { Replayer } from '@rrweb/replay';
import type { eventWithTime } from '@rrweb/types';
import type { TimedEvent } from '../activity';
import { frameFrom, standing } from '../frames';
import type { Append, Load, Report } from '../protocol';
import { contentsOf, keyframeOf, never, parse, withSize } from './events';

/** How often the time is told while playing. */
const tellMs = 66;
const trail = { duration: 400, lineCap: 'round', lineWidth: 3, strokeStyle: '#4c6ef5' } as const;

/**
 * Plays one run of events at a time. A new run is built beside the one on screen and
 * takes its place when its first picture stands, so that nothing flashes.
 */
export class Stage {
  private replayer: Replayer | null = null;
  private root: HTMLElement | null = null;
  private load = 0;
  private sought = 0;
  private from = 0;
  private keyframe = 0;
  private until = 0;
  private playing = false;
  private told = 0;
  private size = { width: 0, height: 0 };
  private readonly blocked = new Set<string>();

  constructor(
    private readonly host: HTMLElement,
    private readonly report: (report: Report) => void,
  ) {
    addEventListener('resize', () => this.fit());
    const loop = () => {
      requestAnimationFrame(loop);
      this.tick();
    };
    loop();
  }

  begin(order: Load) {
    const events = withSize(parse(order.events));
    const keyframe = keyframeOf(events);
    const contents = contentsOf(events);
    if (keyframe === null) {
      this.report({ kind: 'loaded', load: order.load, contents, keyframe });
      return;
    }
    this.load = order.load;
    this.from = order.from;
    this.keyframe = keyframe;
    this.until = order.until ?? contents.last + 1;
    this.playing = order.play;
    this.replace(events, order);
    this.report({ kind: 'loaded', load: order.load, contents, keyframe });
  }

  append(order: Append) {
    if (order.load !== this.load || !this.replayer) return;
    const events = parse(order.events);
    const wasStarved = this.playing && this.now() >= this.until;
    for (const event of events) this.replayer.addEvent(event);
    const contents = contentsOf(events);
    this.until = Math.max(this.until, order.until ?? contents.last + 1);
    this.report({ kind: 'appended', load: this.load, contents });
    // addEvent takes the events in with the next microtask; only then may playing go on.
    if (wasStarved) queueMicrotask(() => this.play());
  }

  play() {
    this.playing = true;
    if (this.replayer && this.now() < this.until) this.replayer.play(this.offset(this.now()));
  }

  pause() {
    this.playing = false;
    this.replayer?.pause();
    this.tell();
  }

  seek(at: number, seek: number) {
    if (!this.replayer) return;
    this.sought = seek;
    const offset = this.offset(Math.min(at, this.until));
    if (this.playing) this.replayer.play(offset);
    else this.replayer.pause(offset);
    this.tell();
  }

  /** Stands still where the picture changes next (1), or changed before (-1). */
  frame(direction: 1 | -1, seek: number) {
    if (!this.replayer) return;
    this.sought = seek;
    this.playing = false;
    const at = frameFrom(this.events(), this.now(), direction, this.from, this.until);
    if (at === null) return this.report({ kind: 'edge', load: this.load, seek, direction });
    this.replayer.pause(this.offset(at));
    this.tell();
  }

  speed(speed: number) {
    this.replayer?.setConfig({ speed });
  }

  private replace(events: eventWithTime[], order: Load) {
    const root = document.createElement('div');
    root.className = 'run';
    this.host.append(root);
    const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const replayer = new Replayer([...events, never(events)], {
      root,
      speed: order.speed,
      mouseTail: quiet ? false : trail,
      triggerFocus: false,
      showWarning: false,
    });
    this.guard(replayer);
    replayer.on('resize', (size) => {
      if (this.replayer === replayer || !this.replayer) this.resize(size as { width: number; height: number });
    });
    const before = { replayer: this.replayer, root: this.root };
    this.replayer = replayer;
    this.root = root;
    this.seek(order.at, order.seek);
    before.replayer?.destroy();
    before.root?.remove();
    this.fit();
  }

  /** Keeps the recorded page out of reach of keyboard and readers, and hears what it may not load. */
  private guard(replayer: Replayer) {
    replayer.iframe.inert = true;
    replayer.iframe.tabIndex = -1;
    replayer.iframe.setAttribute('aria-hidden', 'true');
    // Each rebuilt page is a document without listeners.
    replayer.on('fullsnapshot-rebuilded', () => {
      replayer.iframe.contentDocument?.addEventListener('securitypolicyviolation', (event) => this.refused(event.blockedURI));
    });
  }

  private refused(uri: string) {
    let origin: string;
    try {
      origin = new URL(uri).origin;
    } catch {
      return; // "inline", "eval": not a place that something was loaded from
    }
    if (origin === 'null' || origin === location.origin || this.blocked.has(origin)) return;
    this.blocked.add(origin);
    this.report({ kind: 'blocked', origin });
  }

  /** The run's events in order of time, which is not always the order in which they came. */
  private events(): readonly TimedEvent[] {
    return this.replayer?.service.state.context.events ?? [];
  }

  /** rrweb counts from the run's first event; one that came late may be before it. */
  private first(): number {
    return this.events()[0]?.timestamp ?? 0;
  }

  private now(): number {
    return this.replayer ? this.first() + this.replayer.getCurrentTime() : 0;
  }

  /** rrweb's offset of a time, or of the next at which there is a picture. */
  private offset(at: number): number {
    return standing(this.events(), Math.max(at, this.keyframe + 1)) - this.first();
  }

  private tick() {
    if (!this.playing || !this.replayer) return;
    if (this.now() >= this.until) {
      if (!this.replayer.service.state.matches('playing')) return;
      this.replayer.pause();
      this.report({ kind: 'starved', load: this.load, seek: this.sought, at: this.until });
    } else if (performance.now() - this.told >= tellMs) this.tell();
  }

  private tell() {
    this.told = performance.now();
    if (this.replayer) this.report({ kind: 'time', load: this.load, seek: this.sought, at: Math.min(this.now(), this.until) });
  }

  private resize(size: { width: number; height: number }) {
    if (size.width === this.size.width && size.height === this.size.height) return;
    this.size = { width: size.width, height: size.height };
    this.report({ kind: 'size', ...this.size });
    this.fit();
  }

  /** Scales the recorded page to the space there is. */
  private fit() {
    const { width, height } = this.size;
    if (!this.root || width === 0 || height === 0) return;
    const scale = Math.min(innerWidth / width, innerHeight / height);
    const left = (innerWidth - width * scale) / 2;
    const top = (innerHeight - height * scale) / 2;
    this.root.style.cssText = `width:${width}px;height:${height}px;transform:translate(${left}px,${top}px) scale(${scale})`;
  }
}
