// Carries events to the server: batches in order, one at a time, each until it is acknowledged.

import { address, body, gzip, type Batch } from "./batch.js";
import {
  BATCH_CHARS, FLUSH_MS, KEEPALIVE_BUDGET_BYTES, QUEUE_CHARS, RETRY_AFTER_MAX_MS, RETRY_FIRST_MS, RETRY_MAX_MS, UPLOAD_TIMEOUT_MS,
} from "./limits.js";
import type { Outbox } from "./outbox.js";
import type { Session } from "./session.js";

/** What became of an upload. */
type Outcome = { kind: "acked" | "dropped" | "stop" | "erased" } | { kind: "retry"; afterMs?: number };

/** Numbers for the site's developers; see {@link Transport.counts}. */
export interface Counts {
  acked: number;
  dropped: number;
  retries: number;
}

/** What a transport needs from outside. */
export interface TransportOptions {
  endpoint: string;
  key: string;
  session: Session;
  outbox: Outbox;
  /** The browser's own fetch, taken before anybody wraps it. */
  fetch: typeof fetch;
  /** Meta of the next batch as JSON, or "". */
  meta: () => string;
  /** The server refuses this recorder for good. */
  onStop: (erased: boolean) => void;
  /** A batch is lost for ever: the recording needs a new full snapshot. */
  onGap: () => void;
}

interface Queued extends Batch {
  /** Sent by a page that may be about to close; its answer is awaited elsewhere. */
  leaving?: Promise<unknown>;
}

/** The queue of one page. */
export class Transport {
  readonly counts: Counts = { acked: 0, dropped: 0, retries: 0 };
  private readonly queue: Queued[] = [];
  private readonly waiters: { batch: Batch; settle: (acked: boolean) => void }[] = [];
  private pending: string[] = [];
  private pendingChars = 0;
  private queuedChars = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAt = 0;
  private pumping = false;
  private stopped = false;
  private canCompress = true;
  private failures = 0;
  private wake: (() => void) | undefined;
  private kept = false;
  /** Those who flush while numbering is held; undefined while it is not. */
  private held: (() => void)[] | undefined;

  constructor(private readonly o: TransportOptions) {}

  /** True while so much waits that recording should pause. */
  get full(): boolean {
    return this.queuedChars + this.pendingChars > QUEUE_CHARS;
  }

  /** Numbers no batch until resume(): another page of the tab may still be numbering. */
  hold(): void {
    this.held ??= [];
  }

  /** Takes up what the tab's last page left behind. */
  resume(): void {
    const flushes = this.held ?? [];
    this.held = undefined;
    this.queue.length = 0;
    this.queuedChars = 0;
    for (const batch of this.o.outbox.load()) this.enqueue(batch);
    this.kept = this.queue.length > 0;
    for (const waiter of this.waiters.splice(0)) {
      const again = this.queue.find((b) => b.session === waiter.batch.session && b.tab === waiter.batch.tab && b.seq === waiter.batch.seq);
      if (again) this.waiters.push({ batch: again, settle: waiter.settle });
      else waiter.settle(true); // another page of the tab has got it through meanwhile
    }
    if (this.pending.length > 0) this.schedule(FLUSH_MS);
    for (const flush of flushes) flush();
    void this.pump();
  }

  /** Adds one event's JSON. It is sent within withinMs. */
  push(json: string, withinMs: number = FLUSH_MS): void {
    if (this.stopped) return;
    this.pending.push(json);
    this.pendingChars += json.length;
    if (this.pendingChars >= BATCH_CHARS) this.tick();
    else this.schedule(withinMs);
  }

  /** Sends what waits. Resolves to true once all of it is acknowledged, to false if some never will be. */
  flush(): Promise<boolean> {
    const held = this.held;
    if (held) return new Promise((settle) => held.push(() => settle(this.flush())));
    this.cut();
    const last = this.queue[this.queue.length - 1];
    if (!last || this.stopped) return Promise.resolve(!this.stopped);
    const done = new Promise<boolean>((settle) => this.waiters.push({ batch: last, settle }));
    this.wake?.(); // somebody waits: do not sit out the pause after a failure
    void this.pump();
    return done;
  }

  /** Ends the current batch, so that later events are in another one. */
  cut(): void {
    if (this.held) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.length === 0) return;
    const events = this.pending.join(",");
    this.pending = [];
    this.pendingChars = 0;
    this.enqueue({ ...this.o.session.take(), meta: this.o.meta(), events });
  }

  /**
   * The page is hidden or left and may never run again. Everything unsent is kept for the tab's next
   * page, and what the browser lets a closing page send goes out now. It is not compressed: that takes
   * a turn of the event loop which a closing page does not get.
   */
  leave(closing: boolean): void {
    if (this.stopped) return;
    this.cut();
    this.keep();
    let budget = KEEPALIVE_BUDGET_BYTES;
    for (const [i, batch] of this.queue.entries()) {
      // The upload under way is cancelled if the page closes, and goes on if it is only hidden.
      if (batch.leaving || (i === 0 && this.pumping && !closing && !this.wake)) continue;
      const text = body(batch);
      budget -= new Blob([text]).size;
      if (budget < 0) break;
      batch.leaving = this.sendLeaving(batch, text);
    }
  }

  /** Stops for good; what waits is given up. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    const flushes = this.held ?? [];
    this.held = undefined;
    for (const flush of flushes) flush();
    this.queue.length = 0;
    this.pending = [];
    this.queuedChars = this.pendingChars = 0;
    this.o.outbox.save([]);
    for (const waiter of this.waiters.splice(0)) waiter.settle(false);
    this.wake?.();
  }

  private keep(): void {
    if (this.queue.length === 0 && !this.kept) return;
    this.o.outbox.save(this.queue.map(({ session, secret, tab, seq, meta, events }) => ({ session, secret, tab, seq, meta, events })));
    this.kept = this.queue.length > 0;
  }

  private schedule(withinMs: number): void {
    const at = Date.now() + withinMs;
    if (this.timer !== undefined && this.dueAt <= at) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => this.tick(), withinMs);
  }

  private tick(): void {
    this.timer = undefined;
    this.cut();
    void this.pump();
  }

  private enqueue(batch: Batch): void {
    this.queue.push(batch);
    this.queuedChars += batch.events.length;
  }

  private async pump(): Promise<void> {
    if (this.pumping || this.stopped) return;
    this.pumping = true;
    try {
      for (let batch = this.queue[0]; batch && !this.stopped; batch = this.queue[0]) {
        if (batch.leaving) {
          await batch.leaving;
          continue;
        }
        await this.settle(batch, await this.send(batch));
      }
    } finally {
      this.pumping = false;
    }
  }

  /** Acts on the outcome of a batch; returns after the pause that a retry needs. */
  private async settle(batch: Queued, outcome: Outcome): Promise<void> {
    if (this.stopped || !this.queue.includes(batch)) return;
    if (outcome.kind === "retry") {
      this.counts.retries++;
      await this.pause(outcome.afterMs);
      return;
    }
    this.failures = 0;
    if (outcome.kind === "stop" || outcome.kind === "erased") {
      this.stop();
      this.o.onStop(outcome.kind === "erased");
      return;
    }
    this.queue.splice(this.queue.indexOf(batch), 1);
    this.queuedChars -= batch.events.length;
    if (this.kept) this.keep();
    this.counts[outcome.kind]++;
    for (const waiter of this.waiters.filter((w) => w.batch === batch)) {
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      waiter.settle(outcome.kind === "acked");
    }
    if (outcome.kind === "dropped") this.o.onGap();
  }

  private async send(batch: Batch): Promise<Outcome> {
    const text = body(batch);
    const packed = this.canCompress ? await gzip(text) : null;
    const abort = new AbortController();
    const timeout = setTimeout(() => abort.abort(), UPLOAD_TIMEOUT_MS);
    try {
      const answer = await this.post(batch, packed ?? text, { signal: abort.signal });
      if (answer.status !== 415 || !packed) return outcomeOf(answer);
      this.canCompress = false; // something on the way does not take it: plain from now on
      return { kind: "retry", afterMs: 0 };
    } catch {
      return { kind: "retry" };
    } finally {
      clearTimeout(timeout);
    }
  }

  private async sendLeaving(batch: Queued, text: string): Promise<void> {
    try {
      const answer = await this.post(batch, text, { keepalive: true });
      const outcome = outcomeOf(answer);
      if (outcome.kind !== "retry") await this.settle(batch, outcome);
    } catch {
      // Refused by the browser or no network: a beacon is queued by the browser itself.
      navigator.sendBeacon?.(address(this.o.endpoint, this.o.key, batch), new Blob([text], { type: "text/plain" }));
    } finally {
      batch.leaving = undefined;
      void this.pump();
    }
  }

  private post(batch: Batch, content: string | Blob, more: RequestInit): Promise<Response> {
    return this.o.fetch(address(this.o.endpoint, this.o.key, batch), {
      method: "POST",
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "text/plain" },
      body: content,
      ...more,
    });
  }

  /** Waits before the next try: as long as the server asked, else longer each time; online again or flush() ends a wait of our own. */
  private pause(afterMs?: number): Promise<void> {
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.failures++);
    const ms = afterMs === undefined ? (ceiling * (1 + Math.random())) / 2 : afterMs + Math.random() * RETRY_FIRST_MS;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        removeEventListener("online", end);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (afterMs === undefined) {
        addEventListener("online", end);
        this.wake = end;
      }
    });
  }
}

/** What an answer means for the batch: see the server's table of problems. */
export function outcomeOf(answer: Pick<Response, "ok" | "status" | "headers">): Outcome {
  const { status } = answer;
  if (answer.ok) return { kind: "acked" };
  if (status === 410) return { kind: "erased" };
  if (status === 401 || status === 403 || status === 404) return { kind: "stop" };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: "retry", afterMs: retryAfter(answer.headers.get("Retry-After")) };
  }
  return { kind: "dropped" };
}

/** Reads Retry-After, seconds or a date, as milliseconds. */
export function retryAfter(header: string | null, now: number = Date.now()): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS) : undefined;
}
