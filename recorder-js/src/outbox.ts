// Batches that a page could not get acknowledged before it was left, kept for the tab's next page.
// Sending one twice does no harm: the server knows it by its number and its events.

import type { Batch } from "./batch.js";
import { OUTBOX_CHARS } from "./limits.js";
import type { KeyValue } from "./storage.js";

/** The batches of one tab that outlive its pages. */
export class Outbox {
  constructor(
    private readonly key: string,
    private readonly perTab: KeyValue,
  ) {}

  /** Keeps the oldest batches that fit, replacing what was kept, and returns how many did not fit. */
  save(batches: readonly Batch[]): number {
    const kept: Batch[] = [];
    let chars = 0;
    for (const batch of batches) {
      chars += batch.events.length + batch.meta.length;
      if (chars > OUTBOX_CHARS) break;
      kept.push(batch);
    }
    if (kept.length === 0) this.perTab.remove(this.storageKey);
    while (kept.length > 0 && !this.perTab.set(this.storageKey, kept)) kept.pop(); // the quota is shared with the site
    return batches.length - kept.length;
  }

  /** Returns what was kept, oldest first. */
  load(): Batch[] {
    const kept = this.perTab.get<Batch[]>(this.storageKey);
    return Array.isArray(kept) ? kept.filter(isBatch) : [];
  }

  private get storageKey(): string {
    return `afterimage.unsent.${this.key}`;
  }
}

function isBatch(b: Partial<Batch> | null): b is Batch {
  return !!b && [b.session, b.tab, b.secret, b.events, b.meta].every((v) => typeof v === "string") && Number.isInteger(b.seq);
}
