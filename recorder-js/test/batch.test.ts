import { gunzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { address, body, gzip, type Batch } from "../src/batch.js";

const batch: Batch = { session: "s1", tab: "t1", seq: 3, secret: "ab".repeat(16), meta: '{"url":"u"}', events: '{"type":4},{"type":2}' };

describe("body", () => {
  it("is the JSON that ingest takes", () => {
    expect(JSON.parse(body(batch, 42))).toEqual({ secret: batch.secret, sentAt: 42, meta: { url: "u" }, events: [{ type: 4 }, { type: 2 }] });
  });
  it("has no meta where there is none", () => {
    expect(JSON.parse(body({ ...batch, meta: "" }))).not.toHaveProperty("meta");
  });
});

describe("address", () => {
  it("names the batch, and never the secret", () => {
    expect(address("https://r.example", "pk 1", batch)).toBe("https://r.example/ingest/v1/pk%201/s1/t1/3");
  });
});

describe("gzip", () => {
  it("compresses with a type that needs no preflight", async () => {
    vi.stubGlobal("Blob", (await import("node:buffer")).Blob); // jsdom's has no stream()
    const packed = await gzip("결제 ".repeat(500));
    expect(packed!.type).toBe("text/plain");
    expect(packed!.size).toBeLessThan(200);
    expect(gunzipSync(Buffer.from(await packed!.arrayBuffer())).toString()).toBe("결제 ".repeat(500));
    vi.unstubAllGlobals();
  });
  it("is null where the browser cannot", async () => {
    vi.stubGlobal("CompressionStream", undefined);
    expect(await gzip("x")).toBeNull();
    vi.unstubAllGlobals();
  });
});
