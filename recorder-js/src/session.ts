// Whose events these are: the session, shared by all tabs of the site through localStorage, and the
// tab with its own numbering of batches, kept over page loads in sessionStorage.

import { newSecret, uuidv7 } from "./ids.js";
import { SESSION_IDLE_MS, SESSION_MAX_MS, SESSION_SYNC_MS } from "./limits.js";
import type { KeyValue } from "./storage.js";

interface SessionRecord {
  id: string;
  secret: string;
  startedAt: number;
  activeAt: number;
  /** Whether this session was chosen to be recorded. */
  on: boolean;
}

interface TabRecord {
  id: string;
  session: string;
  /** Number of the next batch. */
  next: number;
  /** True while a page of the tab is open. A page that finds it true is in a copy of the tab, or after a crash. */
  open: boolean;
}

/** Says under which numbers a batch travels. */
export interface BatchNumber {
  session: string;
  secret: string;
  tab: string;
  seq: number;
}

/** The session and tab of one page. */
export class Session {
  private record!: SessionRecord;
  private tab!: TabRecord;
  private syncedAt = 0;

  constructor(
    private readonly key: string,
    private readonly local: KeyValue,
    private readonly perTab: KeyValue,
    private readonly sampleRate = 1,
    private readonly now: () => number = Date.now,
  ) {}

  get id(): string {
    return this.record.id;
  }

  /** Whether this session is recorded at all. */
  get on(): boolean {
    return this.record.on;
  }

  /** Joins the session that goes on, or begins one, and takes up the numbering of the tab. */
  open(): void {
    this.join(this.now());
    const tab = this.perTab.get<TabRecord>(this.tabKey);
    // Duplicating a tab copies its sessionStorage. The copy must not number its batches as the original does.
    this.tab = tab?.id && !tab.open ? tab : { id: uuidv7(this.now()), session: this.id, next: 0, open: true };
    if (this.tab.session !== this.id) this.renumber();
    this.tab.open = true;
    this.saveTab();
  }

  /** Whether another page of the tab has the numbering now. */
  get taken(): boolean {
    return this.perTab.get<TabRecord>(this.tabKey)?.open === true;
  }

  /** Leaves the numbering to the tab's next page. */
  close(): void {
    this.tab.open = false;
    this.saveTab();
  }

  /**
   * Tells that the person did something now. Returns true if from here on it is another session:
   * after 30 minutes of rest, after 24 hours, or because another tab began one. leave is called
   * before the change, while batches are still numbered for the old session.
   */
  touch(leave: () => void): boolean {
    const now = this.now();
    const rested = now - this.record.activeAt >= SESSION_IDLE_MS || now - this.record.startedAt >= SESSION_MAX_MS;
    if (!rested && Math.abs(now - this.syncedAt) < SESSION_SYNC_MS) {
      this.record.activeAt = now;
      return false;
    }
    if (!this.join(now, leave)) return false;
    this.renumber();
    this.saveTab();
    return true;
  }

  /** Numbers the next batch. */
  take(): BatchNumber {
    const seq = this.tab.next++;
    this.saveTab();
    return { session: this.id, secret: this.record.secret, tab: this.tab.id, seq };
  }

  /** Forgets the session, so that the next page begins another one. */
  forget(): void {
    this.local.remove(this.sessionKey);
  }

  /** Takes the shared session or begins one; returns whether it is another than before. */
  private join(now: number, leave: () => void = () => {}): boolean {
    const shared = this.local.get<SessionRecord>(this.sessionKey);
    const mine: SessionRecord | undefined = this.record;
    // Our own memory knows of activity that was not written yet.
    if (shared && mine && shared.id === mine.id) shared.activeAt = Math.max(shared.activeAt, mine.activeAt);
    const current = shared ?? mine; // cleared storage does not end a session that a page still knows
    const next = current && goesOn(current, now) ? { ...current, activeAt: now } : this.begin(now);
    const changed = next.id !== mine?.id;
    if (changed && mine) leave();
    this.record = next;
    this.local.set(this.sessionKey, next);
    this.syncedAt = now;
    return changed;
  }

  private begin(now: number): SessionRecord {
    return { id: uuidv7(now), secret: newSecret(), startedAt: now, activeAt: now, on: Math.random() < this.sampleRate };
  }

  private renumber(): void {
    this.tab.session = this.id;
    this.tab.next = 0;
  }

  private saveTab(): void {
    this.perTab.set(this.tabKey, this.tab);
  }

  private get sessionKey(): string {
    return `afterimage.session.${this.key}`;
  }

  private get tabKey(): string {
    return `afterimage.tab.${this.key}`;
  }
}

function goesOn(r: SessionRecord, now: number): boolean {
  const wellFormed = typeof r.id === "string" && typeof r.secret === "string" && r.startedAt > 0 && r.activeAt > 0;
  // A clock that was set back must not keep a session alive for ever.
  return wellFormed && Math.abs(now - r.activeAt) < SESSION_IDLE_MS && Math.abs(now - r.startedAt) < SESSION_MAX_MS;
}
