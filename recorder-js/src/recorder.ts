// One recorder per page: it puts the parts together, decides which events are kept, and makes sure
// that no fault of ours reaches the page.

import { watchConsole } from "./console.js";
import { describe, watchErrors, type ErrorPayload } from "./errors.js";
import { uuidv7 } from "./ids.js";
import { describeClick } from "./label.js";
import { FIRST_FLUSH_MS, FLUSH_MS, PROPS_CHARS, QUIET_AFTER_MS, RETURN_LOOK_MS, RETURN_WAIT_MS, SESSION_IDLE_MS, TEXT_CHARS, TRACKS_PER_MINUTE } from "./limits.js";
import { watchNetwork } from "./network.js";
import { Outbox } from "./outbox.js";
import { currentPage, watchPages } from "./page.js";
import { listen, perMinute } from "./patch.js";
import { Privacy } from "./privacy.js";
import { mirror, startRecording, type Recording } from "./record.js";
import { Scrubber } from "./scrub.js";
import { Session } from "./session.js";
import { keyValue } from "./storage.js";
import { Transport, type Counts } from "./transport.js";
import { EventType, Source, type Answer, type ConsoleLevel, type Options, type RecordedEvent, type User } from "./types.js";
import { cap } from "./url.js";
import { watchVitals } from "./vitals.js";

/** Incremental events that only a person causes. */
const BY_PERSON = new Set<number>([
  Source.MouseMove, Source.MouseInteraction, Source.Scroll, Source.Input, Source.TouchMove, Source.MediaInteraction, Source.Drag,
]);
/** rrweb's number of a click among the mouse interactions. */
const CLICK = 2;
const LEVELS: ConsoleLevel[] = ["error", "warn", "info", "log"];

/** How the recorder is doing: what became of batches, and how often something inside it failed. */
export interface Status extends Counts {
  state: "recording" | "stopped" | "refused";
  failures: number;
  /** The last failure inside the recorder, for its developers. */
  lastFailure: string;
}

/** Records one page. */
export class Recorder {
  private readonly keep: readonly string[];
  private readonly privacy: Privacy;
  private readonly session: Session;
  private readonly transport: Transport;
  private readonly endpoint: string;
  private readonly allowTrack = perMinute(TRACKS_PER_MINUTE);
  private scrubber!: Scrubber;
  private recording: Recording | undefined;
  private undo: (() => void)[] = [];
  private state: Status["state"] = "stopped";
  private failures = 0;
  private lastFailure = "";
  private user: User | undefined;
  private metaDue = true;
  private activeAt = 0;
  private sentFirst = false;
  /** The stream lacks something: it makes sense again only from the next full snapshot on. */
  private gap = false;
  private snapshotting = false;

  constructor(private readonly options: Options) {
    this.keep = options.keepParams ?? [];
    this.endpoint = new URL(options.endpoint || location.origin, location.href).href.replace(/\/+$/, "");
    this.privacy = new Privacy(options);
    const perTab = keyValue(() => window.sessionStorage);
    this.session = new Session(options.key, keyValue(() => window.localStorage), perTab, options.sampleRate ?? 1);
    this.transport = new Transport({
      endpoint: this.endpoint,
      key: options.key,
      session: this.session,
      outbox: new Outbox(options.key, perTab),
      fetch: window.fetch.bind(window),
      meta: () => this.takeMeta(),
      onStop: (erased) => this.refused(erased),
      onGap: () => this.guard(() => this.mend()),
    });
  }

  /** Begins to record, unless it does already, the server refused, or the session was not chosen. */
  start(): void {
    if (this.state !== "stopped" || framed(window)) return;
    this.guard(() => {
      this.session.open();
      if (!this.session.on) return this.session.close();
      this.state = "recording";
      this.activeAt = Date.now();
      this.sentFirst = false;
      this.gap = false;
      this.metaDue = true;
      this.scrubber = new Scrubber(this.privacy, mirror, this.keep);
      this.transport.resume();
      this.watch();
      this.recording = startRecording(this.privacy, (event) => this.guard(() => this.take(event)), (error) => this.failed(error));
      // After the first full snapshot, and after the page's own scripts have had a chance to set the title.
      this.undo.push(whenParsed(() => this.guard(() => this.undo.push(watchPages(this.keep, (page) => this.guard(() => this.custom("page", page)))))));
    });
  }

  /** Stops, gives back everything that was wrapped, and sends what was recorded. */
  stop(): void {
    if (this.state === "recording") this.state = "stopped";
    try {
      this.recording?.stop();
      for (const undo of this.undo.splice(0).reverse()) undo();
      if (this.recording) {
        void this.transport.flush();
        this.session.close();
      }
    } catch (error) {
      this.note(error);
    }
    this.recording = undefined;
  }

  identify(id: string, traits?: Record<string, unknown>): void {
    this.guard(() => {
      const safe = bounded(traits);
      const email = typeof safe?.["email"] === "string" ? cap(safe["email"], 320) : undefined;
      this.user = { id: cap(String(id), 200), email, traits: safe };
      this.metaDue = true;
      this.custom("identify", this.user);
    });
  }

  track(name: string, props?: Record<string, unknown>): void {
    this.guard(() => {
      if (this.allowTrack()) this.custom("track", { name: cap(String(name), 200), props: bounded(props) ?? {} });
    });
  }

  captureError(error: unknown): void {
    this.guard(() => this.custom("error", describe("captured", error)));
  }

  /** Sends an answer now. Resolves with its id once the server has it; rejects where it never will. */
  async submit(answer: Answer): Promise<string> {
    const id = uuidv7();
    if (this.state !== "recording") throw new Error("afterimage: the answer was not sent, because this page is not being recorded");
    const { kind = "text", survey, score, text, category } = answer;
    const payload = {
      id,
      kind,
      survey: survey && cap(String(survey), 200),
      score: typeof score === "number" && Number.isFinite(score) ? score : undefined,
      text: text && cap(String(text), TEXT_CHARS),
      category: category && cap(String(category), 100),
      url: currentPage(this.keep).url,
    };
    this.guard(() => this.custom("response", payload, true));
    if (!(await this.flush())) throw new Error("afterimage: the server did not take the answer");
    return id;
  }

  /** Sends what waits; resolves to whether the server has all of it. */
  flush(): Promise<boolean> {
    return this.transport.flush();
  }

  /** The id of the session, or null while nothing is recorded. */
  get sessionId(): string | null {
    return this.state === "recording" ? this.session.id : null;
  }

  get status(): Status {
    return { state: this.state, failures: this.failures, lastFailure: this.lastFailure, ...this.transport.counts };
  }

  private watch(): void {
    const emit = (event: Omit<RecordedEvent, "timestamp">) => this.guard(() => this.take({ ...event, timestamp: Date.now() }));
    const plugin = (name: string) => (payload: unknown) => emit({ type: EventType.Plugin, data: { plugin: name, payload } });
    const levels = this.options.console ?? LEVELS;
    if (levels) this.undo.push(watchConsole(levels, plugin("rrweb/console@1")));
    if (this.options.network !== false) {
      const own = this.endpoint + "/ingest/";
      const network = plugin("rrweb/network@1");
      this.undo.push(watchNetwork(this.keep, (url) => url.startsWith(own), (request) => network({ requests: [request] })));
    }
    this.undo.push(
      watchVitals((vital) => this.guard(() => this.custom("vital", vital))), // first: it reports as the page is left
      watchErrors((error: ErrorPayload) => this.guard(() => this.custom("error", error))),
      listen(document, "visibilitychange", () => document.visibilityState === "hidden" && this.guard(() => this.transport.leave(false))),
      listen(window, "pagehide", () => this.guard(() => this.left())),
      listen(window, "pageshow", (event: PageTransitionEvent) => {
        if (!event.persisted) return;
        this.gap = true;
        this.transport.hold();
        this.whenLeft(Date.now() + RETURN_WAIT_MS);
      }),
    );
  }

  /** Every event comes through here: kept or not, masked, queued. */
  private take(event: RecordedEvent): void {
    if (this.state !== "recording") return;
    const snapshot = event.type === EventType.Meta || event.type === EventType.FullSnapshot;
    if (event.type === EventType.Incremental && BY_PERSON.has(event.data.source) && event.data.userTriggered !== false) this.active();
    const quiet = Date.now() - this.activeAt;
    // The visit is over; what a forgotten tab does by itself must not keep it alive for ever.
    if (quiet >= SESSION_IDLE_MS) return;
    if (quiet > QUIET_AFTER_MS && (snapshot || event.type === EventType.Incremental)) this.gap = true;
    else if (snapshot && !this.transport.full) this.gap = false;
    if (this.transport.full) this.gap = true;
    if (this.gap && snapshot) return;
    // What changes the page is useless after a gap; what was said, thrown or clicked is not.
    if (this.gap && event.type === EventType.Incremental) return;
    if (!this.scrubber.scrub(event)) return;
    if (event.type === EventType.Incremental && event.data.source === Source.MouseInteraction && event.data.type === CLICK) this.nameClick(event);
    this.push(event);
    if (this.scrubber.wantsSnapshot && !this.snapshotting) this.mend();
  }

  /** Adds to a click what it was on, beside rrweb's own fields. */
  private nameClick(event: RecordedEvent): void {
    const node = mirror.getNode(event.data.id);
    if (node?.nodeType === 1) Object.assign(event.data, describeClick(node as Element, this.privacy));
  }

  private push(event: RecordedEvent): void {
    const first = event.type === EventType.FullSnapshot && !this.sentFirst;
    if (first) this.sentFirst = true;
    this.transport.push(JSON.stringify(event), first ? FIRST_FLUSH_MS : FLUSH_MS);
  }

  /** The person did something: the session goes on, or another one begins. */
  private active(): void {
    this.activeAt = Date.now();
    const another = this.session.touch(() => this.transport.cut());
    if (another) {
      if (!this.session.on) return this.stop();
      this.metaDue = true;
      this.sentFirst = false;
    }
    if (another || this.gap) this.mend();
    if (!another) return;
    this.custom("page", currentPage(this.keep));
    if (this.user) this.custom("identify", this.user);
  }

  /** Takes a full snapshot, from which the recording makes sense again. */
  private mend(): void {
    this.gap = true;
    if (this.snapshotting || this.state !== "recording" || this.transport.full || !this.recording) return;
    this.snapshotting = true;
    try {
      this.recording.snapshot();
    } finally {
      this.snapshotting = false;
    }
  }

  private custom(tag: string, payload: object, byPerson = false): void {
    if (this.state !== "recording") return;
    if (byPerson) this.active();
    this.take({ type: EventType.Custom, timestamp: Date.now(), data: { tag: "afterimage." + tag, payload } });
  }

  private left(): void {
    this.transport.leave(true);
    this.session.close();
  }

  /** The page that is left for this one gives up the tab's numbering only after this one is shown; one that crashed never does. */
  private whenLeft(until: number): void {
    setTimeout(() => {
      if (this.session.taken && Date.now() < until) this.whenLeft(until);
      else this.guard(() => this.cameBack());
    }, RETURN_LOOK_MS);
  }

  /** The page comes back out of the back/forward cache; another page of the tab has gone on numbering. */
  private cameBack(): void {
    if (this.state !== "recording") return;
    this.session.open();
    this.metaDue = true;
    this.transport.resume();
    this.activeAt = Date.now();
    this.mend();
    this.custom("page", currentPage(this.keep));
  }

  private refused(erased: boolean): void {
    if (erased) this.session.forget();
    this.stop();
    this.state = "refused";
  }

  /** The meta goes with the first batch after it changed. */
  private takeMeta(): string {
    if (!this.metaDue) return "";
    this.metaDue = false;
    return JSON.stringify({
      ...currentPage(this.keep),
      language: navigator.language,
      release: this.options.release,
      tags: this.options.tags,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      screen: { width: screen.width, height: screen.height },
      user: this.user,
    });
  }

  /** Runs our code so that the page never sees it fail: the first failure ends the recording. */
  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.note(error);
    if (this.state === "recording") this.stop();
  }

  private note(error: unknown): void {
    this.failures++;
    this.lastFailure = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
  }
}

/** A copy of what the site hands over that is JSON and not too long; undefined else. */
function bounded(value: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (!value || typeof value !== "object") return undefined;
  try {
    const text = JSON.stringify(value);
    return text.length <= PROPS_CHARS ? JSON.parse(text) : { truncated: true };
  } catch {
    return undefined;
  }
}

/** Calls run once the page is parsed; returns how to keep it from that. */
function whenParsed(run: () => void): () => void {
  if (document.readyState !== "loading") {
    run();
    return () => {};
  }
  return listen(document, "DOMContentLoaded", run, { once: true });
}

/** A frame inside a page that is recorded already is part of that recording. */
function framed(win: Window): boolean {
  try {
    return win.parent !== win && !!(win.parent as any).afterimage?.session?.();
  } catch {
    return false;
  }
}
