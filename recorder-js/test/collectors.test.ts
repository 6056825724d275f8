import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchConsole, write, type ConsolePayload } from "../src/console.js";
import { describe as describeError, watchErrors, type ErrorPayload } from "../src/errors.js";
import { CONSOLE_PER_MINUTE } from "../src/limits.js";
import { watchNetwork, type RequestRecord } from "../src/network.js";
import { currentPage, watchPages, type PagePayload } from "../src/page.js";

let undo: () => void = () => {};
afterEach(() => undo());

describe("the console", () => {
  beforeEach(() => {
    for (const level of ["error", "warn", "info", "log", "debug"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  });

  it("records the levels that were asked for, and still logs", () => {
    const logged = console.error;
    const seen: ConsolePayload[] = [];
    undo = watchConsole(["error", "log"], (p) => seen.push(p));
    console.error("bad", { a: 1 });
    console.warn("not this");
    console.log("fine");
    expect(seen.map((p) => [p.level, p.payload])).toEqual([["error", ["bad", '{"a":1}']], ["log", ["fine"]]]);
    expect(seen[0]!.trace.length).toBeGreaterThan(0);
    expect(logged).toHaveBeenCalledWith("bad", { a: 1 });
    undo();
    expect(console.error).toBe(logged);
  });
  it("does not record what is logged while it writes out an object", () => {
    const seen: ConsolePayload[] = [];
    undo = watchConsole(["log"], (p) => seen.push(p));
    console.log({ get loud() { console.log("again"); return 1; } });
    expect(seen).toHaveLength(1);
  });
  it("stops at so many per minute", () => {
    const seen: ConsolePayload[] = [];
    undo = watchConsole(["log"], (p) => seen.push(p));
    for (let i = 0; i < CONSOLE_PER_MINUTE + 50; i++) console.log(i);
    expect(seen.length).toBeLessThanOrEqual(CONSOLE_PER_MINUTE * 2);
    expect(seen.length).toBeGreaterThanOrEqual(CONSOLE_PER_MINUTE);
  });
  it("writes values as a person would read them, bounded and without secrets", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(write(cycle).length).toBeLessThan(200);
    expect(write("x".repeat(5000))).toHaveLength(2000);
    expect(write(new TypeError("no"))).toBe("TypeError: no");
    expect(write(undefined)).toBe("undefined");
    expect(write(10n)).toBe('"10"');
    expect(write({ to: "minji@haru.example" })).toBe('{"to":"[email]"}');
    document.body.innerHTML = "<input value=SECRET>";
    expect(write([document.querySelector("input"), () => 1])).not.toContain("SECRET");
    expect(write({ get x() { throw new Error("trap"); } })).toBe("[unreadable]");
  });
});

describe("errors", () => {
  it("records what nobody caught, and promises that nobody did", () => {
    const seen: ErrorPayload[] = [];
    undo = watchErrors((e) => seen.push(e));
    const error = new TypeError("x is null");
    dispatchEvent(new ErrorEvent("error", { error, message: "m", filename: "https://a.example/app.js?v=SECRET", lineno: 3, colno: 7 }));
    const rejection = Object.assign(new Event("unhandledrejection"), { reason: "just text" });
    dispatchEvent(rejection);
    expect(seen[0]).toMatchObject({ kind: "error", type: "TypeError", message: "x is null", source: "https://a.example/app.js", line: 3, column: 7 });
    expect(seen[1]).toMatchObject({ kind: "rejection", type: "string", message: "just text" });
    undo();
    const other = vi.fn(); // without any listener the test runner takes the error for its own
    addEventListener("error", other);
    dispatchEvent(new ErrorEvent("error", { error }));
    removeEventListener("error", other);
    expect(seen).toHaveLength(2);
  });
  it("takes no failed image for an error", () => {
    const seen: ErrorPayload[] = [];
    undo = watchErrors((e) => seen.push(e));
    dispatchEvent(new Event("error"));
    expect(seen).toHaveLength(0);
  });
  it("describes anything that can be thrown", () => {
    const stack = "TypeError: x\n  at f (https://a.example/app.js?k=SECRET:12:34)";
    expect(describeError("captured", Object.assign(new TypeError("x"), { stack }))).toMatchObject({ line: 12, column: 34, source: "https://a.example/app.js" });
    expect(JSON.stringify(describeError("captured", Object.assign(new Error("minji@haru.example"), { stack })))).not.toMatch(/SECRET|minji/);
    for (const thrown of [null, undefined, 5, {}, Object.create(null), Symbol("s")]) expect(() => describeError("captured", thrown)).not.toThrow();
    expect(describeError("captured", null).message).toBe("null");
  });
});

describe("requests", () => {
  const own = (url: string) => url.startsWith("https://r.example/ingest/");

  it("records fetch without the query, and hands the page its own promise", async () => {
    const response = new Response("abc", { status: 404, headers: { "Content-Length": "3" } });
    const answer = Promise.resolve(response);
    vi.stubGlobal("fetch", vi.fn(() => answer));
    const original = window.fetch;
    const seen: RequestRecord[] = [];
    undo = watchNetwork([], own, (r) => seen.push(r));
    expect(window.fetch("/api?token=SECRET", { method: "put" })).toBe(answer);
    await answer;
    await Promise.resolve();
    expect(seen).toEqual([{ url: "https://shop.example/api", method: "PUT", status: 404, startTime: expect.any(Number), duration: expect.any(Number), size: 3, initiator: "fetch" }]);
    undo();
    expect(window.fetch).toBe(original);
    vi.unstubAllGlobals();
  });
  it("records a failed fetch with status 0 and leaves the rejection to the page", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const seen: RequestRecord[] = [];
    undo = watchNetwork([], own, (r) => seen.push(r));
    await expect(window.fetch(new URL("https://a.example/x"))).rejects.toThrow("offline");
    expect(seen).toMatchObject([{ url: "https://a.example/x", method: "GET", status: 0 }]);
    undo();
    vi.unstubAllGlobals();
  });
  it("does not record the recorder's own, nor data: addresses", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("")));
    const seen: RequestRecord[] = [];
    undo = watchNetwork([], own, (r) => seen.push(r));
    await window.fetch("https://r.example/ingest/v1/k/s/t/0");
    await window.fetch("data:text/plain,x");
    expect(seen).toEqual([]);
    undo();
    vi.unstubAllGlobals();
  });
  it("records XMLHttpRequest and puts it back", () => {
    const { open, send } = XMLHttpRequest.prototype;
    const sent = vi.spyOn(XMLHttpRequest.prototype, "send").mockImplementation(() => {});
    const mocked = XMLHttpRequest.prototype.send;
    const seen: RequestRecord[] = [];
    undo = watchNetwork([], own, (r) => seen.push(r));
    const request = new XMLHttpRequest();
    request.open("POST", "/save?x=SECRET");
    request.send("body");
    request.dispatchEvent(new Event("loadend"));
    expect(sent).toHaveBeenCalledWith("body");
    expect(seen).toMatchObject([{ url: "https://shop.example/save", method: "POST", status: 0, initiator: "xhr" }]);
    undo();
    expect(XMLHttpRequest.prototype.open).toBe(open);
    expect(XMLHttpRequest.prototype.send).toBe(mocked);
    sent.mockRestore();
    expect(XMLHttpRequest.prototype.send).toBe(send);
  });
});

describe("pages", () => {
  it.each([["https://search.example/?q=SECRET", "https://search.example/"], ["https://shop.example/other", ""], ["", ""]])("have %s as referrer %s", (from, kept) => {
    vi.spyOn(document, "referrer", "get").mockReturnValue(from);
    expect(currentPage([]).referrer).toBe(kept);
  });
  it("records each address once, without query and fragment, and puts history back", async () => {
    vi.useFakeTimers();
    const { pushState } = history;
    const seen: PagePayload[] = [];
    document.title = "Cart";
    undo = watchPages([], (p) => seen.push(p));
    history.pushState({}, "", "/checkout?step=1");
    document.title = "Checkout of minji@haru.example";
    await vi.advanceTimersByTimeAsync(1);
    history.replaceState({}, "", "/checkout?step=2#x");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual([
      { url: "https://shop.example/cart", title: "Cart", referrer: "" },
      { url: "https://shop.example/checkout", title: "Checkout of [email]", referrer: "" },
    ]);
    undo();
    expect(history.pushState).toBe(pushState);
    history.pushState({}, "", "/cart");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toHaveLength(2);
    vi.useRealTimers();
  });
});
