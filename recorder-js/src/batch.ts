// One upload: its events as JSON text made once, so that every try sends the same events.

import type { BatchNumber } from "./session.js";

/** A run of one tab's events on its way to the server. */
export interface Batch extends BatchNumber {
  /** The body's meta as JSON, or "" for none. */
  meta: string;
  /** The events' JSON, with commas between. */
  events: string;
}

/** The body of a batch as the ingest call takes it. */
export function body(batch: Batch, now: number = Date.now()): string {
  const meta = batch.meta ? `"meta":${batch.meta},` : "";
  return `{"secret":"${batch.secret}","sentAt":${now},${meta}"events":[${batch.events}]}`;
}

/** The address of a batch. The secret is in the body, never here: addresses end up in logs. */
export function address(endpoint: string, key: string, batch: Batch): string {
  return `${endpoint}/ingest/v1/${encodeURIComponent(key)}/${batch.session}/${batch.tab}/${batch.seq}`;
}

/** Compresses text with gzip, or returns null where the browser cannot. */
export async function gzip(text: string): Promise<Blob | null> {
  if (typeof CompressionStream === "undefined") return null;
  try {
    // The type makes the request one that needs no CORS preflight; the server knows gzip by its first bytes.
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Blob([await new Response(stream).arrayBuffer()], { type: "text/plain" });
  } catch {
    return null;
  }
}
