import { beforeEach, describe, expect, it } from "vitest";
import type { Batch } from "../src/batch.js";
import { OUTBOX_CHARS } from "../src/limits.js";
import { Outbox } from "../src/outbox.js";
import { keyValue } from "../src/storage.js";

const outbox = () => new Outbox("k", keyValue(() => sessionStorage));
const batch = (seq: number, chars = 10): Batch => ({ session: "s", tab: "t", seq, secret: "x", meta: "", events: "e".repeat(chars) });

beforeEach(() => sessionStorage.clear());

describe("Outbox", () => {
  it("gives the next page the same batches in the same order", () => {
    expect(outbox().save([batch(4), batch(5)])).toBe(0);
    expect(outbox().load()).toEqual([batch(4), batch(5)]);
  });
  it("keeps the oldest that fit and tells how many did not", () => {
    const half = Math.floor(OUTBOX_CHARS / 2);
    expect(outbox().save([batch(0, half), batch(1, half), batch(2, half)])).toBe(1);
    expect(outbox().load().map((b) => b.seq)).toEqual([0, 1]);
  });
  it("takes what the site left of the quota", () => {
    const small = { getItem: (k: string) => sessionStorage.getItem(k), removeItem: () => {}, setItem(k: string, v: string) {
      if (v.length > 300) throw new DOMException("full", "QuotaExceededError");
      sessionStorage.setItem(k, v);
    } } as unknown as Storage;
    const store = new Outbox("k", keyValue(() => small));
    expect(store.save([batch(0, 100), batch(1, 100), batch(2, 100)])).toBe(2);
    expect(store.load()).toEqual([batch(0, 100)]);
  });
  it("is empty after saving nothing, and after nonsense", () => {
    outbox().save([batch(0)]);
    outbox().save([]);
    expect(outbox().load()).toEqual([]);
    sessionStorage.setItem("afterimage.unsent.k", '[{"seq":"x"},null]');
    expect(outbox().load()).toEqual([]);
  });
});
