import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox } from "../src/outbox.js";
import { Session } from "../src/session.js";
import { keyValue } from "../src/storage.js";
import { outcomeOf, retryAfter, Transport } from "../src/transport.js";

/** A stand-in for the network: it answers what the test says and notes what came. */
class FakeServer {
  readonly sent: { seq: number; events: unknown[]; keepalive: boolean; contentType: string; url: string }[] = [];
  readonly answers: (number | [number, string] | "offline" | "hang")[] = [];
  inFlight = 0;
  most = 0;

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.most = Math.max(this.most, ++this.inFlight);
    const { events } = JSON.parse(init.body as string);
    const contentType = (init.headers as Record<string, string>)["Content-Type"]!;
    this.sent.push({ seq: Number(url.split("/").pop()), events, keepalive: !!init.keepalive, contentType, url });
    const answer = this.answers.shift() ?? 200;
    if (answer === "hang") return new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
    this.inFlight--;
    if (answer === "offline") throw new TypeError("Failed to fetch");
    const [status, after] = Array.isArray(answer) ? answer : [answer, ""];
    return new Response("{}", { status, headers: after ? { "Retry-After": after } : {} });
  };

  get seqs(): number[] {
    return this.sent.map((s) => s.seq);
  }
}

let server: FakeServer;
const onStop = vi.fn();
const onGap = vi.fn();

function transport(meta = ""): Transport {
  const perTab = keyValue(() => sessionStorage);
  const session = new Session("k", keyValue(() => localStorage), perTab);
  session.open();
  const t = new Transport({ endpoint: "https://r.example", key: "k", session, outbox: new Outbox("k", perTab), fetch: server.fetch as typeof fetch, meta: () => meta, onStop, onGap });
  leavePage = () => {
    t.leave(true);
    session.close();
  };
  return t;
}
let leavePage = () => {};
const event = (n: number) => JSON.stringify({ type: 5, n });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("CompressionStream", undefined); // real compression is tested in Chromium
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  sessionStorage.clear();
  localStorage.clear();
  onStop.mockReset();
  onGap.mockReset();
  server = new FakeServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("while another page of the tab may be numbering", () => {
  it("numbers nothing, and then everything", async () => {
    const t = transport();
    t.hold();
    t.push(event(1));
    const flushed = vi.fn();
    void t.flush().then(flushed);
    await vi.advanceTimersByTimeAsync(20_000); // past the time of every timer
    expect(server.sent).toEqual([]);
    expect(flushed).not.toHaveBeenCalled();
    t.resume();
    await vi.advanceTimersByTimeAsync(100);
    expect(server.sent.map((s) => [s.seq, s.events])).toEqual([[0, [{ type: 5, n: 1 }]]]);
    expect(flushed).toHaveBeenCalledWith(true);
  });
  it("sends what came meanwhile also when nobody flushes", async () => {
    const t = transport();
    t.hold();
    t.push(event(1));
    await vi.advanceTimersByTimeAsync(20_000);
    t.resume();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(server.seqs).toEqual([0]);
  });
  it("tells those who wait when it is stopped", async () => {
    const t = transport();
    t.hold();
    t.push(event(1));
    const flushed = t.flush();
    t.stop();
    expect(await flushed).toBe(false);
  });
});

describe("batches", () => {
  it("waits for the time that was asked for, at most 5 s", async () => {
    const t = transport();
    t.push(event(1));
    await vi.advanceTimersByTimeAsync(4_900);
    expect(server.sent).toHaveLength(0);
    t.push(event(2), 500); // asks for less than what was left? no: 100 ms are left
    await vi.advanceTimersByTimeAsync(150);
    expect(server.sent).toMatchObject([{ seq: 0, events: [{ n: 1 }, { n: 2 }], contentType: "text/plain", keepalive: false }]);
  });
  it("goes out sooner for the first flush", async () => {
    const t = transport();
    t.push(event(1));
    t.push(event(2), 500);
    await vi.advanceTimersByTimeAsync(600);
    expect(server.seqs).toEqual([0]);
  });
  it("goes out at once at 64 KiB", async () => {
    const t = transport();
    t.push(JSON.stringify("x".repeat(70_000)));
    await vi.advanceTimersByTimeAsync(0);
    expect(server.seqs).toEqual([0]);
  });
  it("has one upload in flight, in order", async () => {
    const t = transport();
    for (let i = 0; i < 4; i++) {
      t.push(event(i));
      t.cut();
    }
    void t.flush();
    await vi.advanceTimersByTimeAsync(200);
    expect(server.seqs).toEqual([0, 1, 2, 3]);
    expect(server.most).toBe(1);
    expect(t.counts).toEqual({ acked: 4, dropped: 0, retries: 0 });
  });
  it("never has the secret in the address", async () => {
    const t = transport('{"title":"x"}');
    t.push(event(1));
    void t.flush();
    await vi.advanceTimersByTimeAsync(50);
    const { secret } = JSON.parse(localStorage.getItem("afterimage.session.k")!);
    expect(server.sent[0]!.url).not.toContain(secret);
  });
});

describe("failures", () => {
  it("tries the same batch again, waiting longer each time", async () => {
    server.answers.push("offline", 503, 500, 200);
    const t = transport();
    t.push(event(1));
    void t.flush();
    await vi.advanceTimersByTimeAsync(50);
    expect(server.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(720); // first wait: 750 ms with this random number
    expect(server.sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(server.sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(3_100);
    expect(server.seqs).toEqual([0, 0, 0, 0]);
    expect(new Set(server.sent.map((s) => JSON.stringify(s.events))).size).toBe(1);
    expect(t.counts).toEqual({ acked: 1, dropped: 0, retries: 3 });
  });
  it("is not hurried by the next events", async () => {
    server.answers.push(503, 503, 503, 503, 503);
    const t = transport();
    t.push(event(1));
    void t.flush();
    for (let i = 0; i < 10; i++) {
      t.push(event(i));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(server.sent.length).toBeLessThanOrEqual(5);
  });
  it("does what Retry-After says", async () => {
    server.answers.push([429, "20"]);
    const t = transport();
    t.push(event(1));
    void t.flush();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(server.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(server.sent).toHaveLength(2);
  });
  it("tries at once when the browser is online again", async () => {
    server.answers.push("offline", "offline", "offline", "offline");
    const t = transport();
    t.push(event(1));
    void t.flush();
    await vi.advanceTimersByTimeAsync(9_000);
    const before = server.sent.length;
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(50);
    expect(server.sent.length).toBe(before + 1);
  });
  it.each([400, 409, 413])("drops a batch that is refused with %i, counts it and goes on", async (status) => {
    server.answers.push(status);
    const t = transport();
    t.push(event(1));
    const flushed = t.flush();
    t.push(event(2));
    void t.flush();
    await vi.advanceTimersByTimeAsync(100);
    expect(server.seqs).toEqual([0, 1]);
    expect(await flushed).toBe(false);
    expect(t.counts).toMatchObject({ acked: 1, dropped: 1 });
    expect(onGap).toHaveBeenCalledTimes(1);
  });
  it.each([[401, false], [403, false], [404, false], [410, true]])("stops for good at %i", async (status, erased) => {
    server.answers.push(status);
    const t = transport();
    t.push(event(1));
    const flushed = t.flush();
    await vi.advanceTimersByTimeAsync(100);
    t.push(event(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.sent).toHaveLength(1);
    expect(await flushed).toBe(false);
    expect(await t.flush()).toBe(false);
    expect(onStop).toHaveBeenCalledWith(erased);
  });
  it("gives up an upload without an answer and tries again", async () => {
    const aborted = vi.fn();
    server.fetch = (async (_url: string, init: RequestInit) => {
      server.sent.push({} as never);
      return new Promise((_, reject) => init.signal!.addEventListener("abort", () => { aborted(); reject(new DOMException("", "AbortError")); }));
    }) as never;
    const t = transport();
    t.push(event(1));
    void t.flush();
    await vi.advanceTimersByTimeAsync(32_000);
    expect(aborted).toHaveBeenCalledTimes(1);
    expect(server.sent).toHaveLength(2);
  });
  it("says when so much waits that recording must pause", async () => {
    server.answers.push("hang");
    const t = transport();
    for (let i = 0; i < 17; i++) t.push("x".repeat(1024 * 1024));
    expect(t.full).toBe(true);
  });
});

describe("flush", () => {
  it("resolves once all is acknowledged", async () => {
    const t = transport();
    t.push(event(1));
    const settled = vi.fn();
    void t.flush().then(settled);
    await vi.advanceTimersByTimeAsync(5);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20);
    expect(settled).toHaveBeenCalledWith(true);
    expect(await t.flush()).toBe(true);
  });
});

describe("a page that is left", () => {
  it("sends what waits as plain JSON with keepalive and keeps it for the tab's next page", async () => {
    server.answers.push("hang");
    const t = transport();
    t.push(event(1));
    leavePage();
    expect(server.sent).toMatchObject([{ seq: 0, keepalive: true }]);
    const next = transport();
    next.resume();
    await vi.advanceTimersByTimeAsync(50);
    expect(server.sent[1]).toMatchObject({ seq: 0, keepalive: false, events: [{ type: 5, n: 1 }] });
    expect(server.sent[1]!.url).toBe(server.sent[0]!.url);
    next.push(event(2));
    void next.flush();
    await vi.advanceTimersByTimeAsync(50);
    expect(server.seqs).toEqual([0, 0, 1]);
    expect(sessionStorage.getItem("afterimage.unsent.k")).toBeNull();
  });
  it("sends no more than a closing page may, and keeps the rest", async () => {
    server.answers.push("hang", "hang", "hang");
    const t = transport();
    for (let i = 0; i < 3; i++) {
      t.push(JSON.stringify("결".repeat(8_000))); // 24 kB each as UTF-8
      t.cut();
    }
    leavePage();
    expect(server.seqs).toEqual([0, 1]);
    expect(JSON.parse(sessionStorage.getItem("afterimage.unsent.k")!)).toHaveLength(3);
  });
  it("does not send twice what hidden and closing both want to send", async () => {
    server.answers.push("hang");
    const t = transport();
    t.push(event(1));
    t.leave(false);
    t.leave(true);
    expect(server.sent).toHaveLength(1);
  });
  it("goes on in order if it was only hidden", async () => {
    const t = transport();
    t.push(event(1));
    t.leave(false);
    t.push(event(2));
    const done = t.flush();
    await vi.advanceTimersByTimeAsync(100);
    expect(await done).toBe(true);
    expect(server.seqs).toEqual([0, 1]);
    expect(sessionStorage.getItem("afterimage.unsent.k")).toBeNull();
  });
  it("uses a beacon where the browser refuses the request", async () => {
    server.answers.push("offline");
    const beacon = vi.fn(() => true);
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { sendBeacon: beacon }));
    const t = transport();
    t.push(event(1));
    leavePage();
    await vi.advanceTimersByTimeAsync(20);
    expect(beacon).toHaveBeenCalledTimes(1);
  });
});

describe("answers", () => {
  it.each([[200, "acked"], [400, "dropped"], [409, "dropped"], [413, "dropped"], [401, "stop"], [403, "stop"], [410, "erased"], [408, "retry"], [429, "retry"], [500, "retry"], [503, "retry"]])(
    "%i means %s", (status, kind) => expect(outcomeOf(new Response(null, { status })).kind).toBe(kind));

  it("reads Retry-After as seconds or a date, within bounds", () => {
    expect(retryAfter("7")).toBe(7_000);
    expect(retryAfter("Thu, 01 Jan 2026 00:00:10 GMT", Date.parse("2026-01-01T00:00:00Z"))).toBe(10_000);
    expect(retryAfter("999999999")).toBe(600_000);
    expect(retryAfter("soon")).toBeUndefined();
    expect(retryAfter(null)).toBeUndefined();
  });
});
