// @vitest-environment node
// The built script in a real Chromium against a small ingest server: what only a browser can show.
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { executablePath, installed, launch } from "./browser/chromium.mjs";
import { startIngest } from "./browser/ingest.mjs";

const script = readFileSync(new URL("../dist/afterimage.js", import.meta.url));
const canaries = readFileSync(new URL("browser/canaries.html", import.meta.url), "utf8");
if (!installed) console.warn(`skipped: there is no Chromium at ${executablePath}; set CHROMIUM to where it is`);

const TAG = '<script async src="/afterimage.js" data-key="k1"></script>';
const pages: Record<string, string> = {
  "/canaries": canaries,
  "/plain": `<title>Plain</title>${TAG}<h1>Plain</h1><input id=name><button id=b onclick="window.clicked = (window.clicked || 0) + 1">Go</button>`,
  "/manual": `<title>Manual</title><script src="/afterimage.js" data-key="k1" data-manual></script><p>x</p>`,
};

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Awaited<ReturnType<typeof startIngest>>;
let csp = "";

function serve(path: string) {
  if (path === "/afterimage.js") return { type: "text/javascript", body: script };
  if (path === "/api") return { type: "text/plain", body: "no", status: 500 };
  const step = /^\/step\/(\d+)$/.exec(path);
  const body = step ? `<title>Step ${step[1]}</title>${TAG}<a id=next href="/step/${Number(step[1]) + 1}">next</a>` : pages[path];
  const policy = csp ? `<meta http-equiv="Content-Security-Policy" content="${csp}">` : "";
  return body ? { type: "text/html; charset=utf-8", body: `<!doctype html><html><head>${policy}</head>${body}</html>` } : null;
}

const recorder = <T>(expression: string): Promise<T> => page.evaluate(`window.afterimage.${expression}`) as Promise<T>;
const ready = () => page.waitForFunction("window.afterimage && window.afterimage.session && window.afterimage.session()");
const custom = (tag: string) => server.events().filter((e: any) => e.type === 5 && e.data.tag === "afterimage." + tag).map((e: any) => e.data.payload);
const until = async (done: () => boolean) => expect.poll(done, { timeout: 20_000, interval: 50 }).toBe(true);

beforeAll(async () => {
  if (installed) browser = await launch();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  csp = "";
  if (!installed) return;
  server = await startIngest(serve);
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(async () => {
  await context?.close();
  await server?.close();
});

describe.skipIf(!installed)("privacy", () => {
  it("lets nothing out that was typed, hidden or marked, of everywhere it can be", async () => {
    await page.goto(server.url + "/canaries?q=CANARY-query#CANARY-hash");
    await ready();
    await page.fill("#text", "CANARY-typed");
    await page.fill("#password", "CANARY-password");
    await page.click("#toggle");
    await page.fill("#password", "CANARY-shown");
    await page.fill("#area", "CANARY-area");
    await page.selectOption("#select", "CANARY-option-b");
    await page.click("#editor");
    await page.keyboard.type("CANARY-edited");
    await page.check("#radio");
    await page.click("#mutate");
    await page.click("#request");
    await expect.poll(() => recorder("flush()")).toBe(true);
    await page.click("#leave");
    await ready();
    await recorder("flush()");
    const text = JSON.stringify(server.batches().map((b: any) => ({ ...b, session: "", tab: "" })));
    expect(text.match(/CANARY-[\w-]+/gi) ?? []).toEqual([]);
    expect(text).toContain("Visible words of the page");
    expect(text).toContain("allowed value");
    expect(await page.evaluate("document.cookie")).toBe("");
  });
});

describe.skipIf(!installed)("the page", () => {
  it("gets back every function that was wrapped", async () => {
    await page.goto(server.url + "/manual");
    await page.evaluate(() => {
      const describeAll = () => {
        const found: Record<string, unknown[]> = {};
        const names = Object.getOwnPropertyNames(window).filter((n) => /^(HTML|CSS|Element|Node|Document|Shadow|XML|History|Custom|Font|Event|Range)/.test(n));
        const targets: [string, any][] = [["window", window], ["document", document], ["console", console], ["history", history], ["fonts", document.fonts]];
        for (const n of names) if ((window as any)[n]?.prototype) targets.push([n, (window as any)[n].prototype]);
        for (const [name, target] of targets) {
          for (const key of Object.getOwnPropertyNames(target)) {
            if (name === "window" && !/^(fetch|XMLHttpRequest|onerror|onunhandledrejection|FontFace|addEventListener)$/.test(key)) continue;
            const d = Object.getOwnPropertyDescriptor(target, key)!;
            found[`${name}.${key}`] = [d.value, d.get, d.set, d.writable, d.enumerable, d.configurable];
          }
        }
        return found;
      };
      (window as any).describeAll = describeAll;
      (window as any).before = describeAll();
    });
    await recorder("start()");
    expect(await recorder<string>("session()")).toMatch(/^[0-9a-f-]{36}$/);
    const changed = () => page.evaluate(() => {
      const { before, describeAll } = window as any;
      const now = describeAll();
      return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((k) => !before[k] || !now[k] || before[k].some((v: unknown, i: number) => v !== now[k][i]));
    });
    expect((await changed()).length).toBeGreaterThan(5); // it does wrap something
    await recorder("stop()");
    expect(await changed()).toEqual([]);
    await page.evaluate("fetch('/api')");
    expect(await recorder("session()")).toBeNull();
  });
  it("never sees a failure inside the recorder, which then stops", async () => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(server.url + "/plain");
    await ready();
    await page.evaluate(() => {
      const { stringify } = JSON;
      JSON.stringify = (...args: unknown[]) => {
        if ((args[0] as { type?: number })?.type === 3) throw new Error("broken by the page");
        return (stringify as any)(...args);
      };
    });
    await page.click("#b");
    await page.click("#b");
    expect(await page.evaluate("clicked")).toBe(2);
    expect(await recorder("status()")).toMatchObject({ state: "stopped", failures: 1, lastFailure: "Error: broken by the page" });
    expect(errors).toEqual([]);
  });
  it("may have a strict Content-Security-Policy", async () => {
    csp = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; require-trusted-types-for 'script'";
    await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (e) => ((window as any).violations ??= []).push(e.violatedDirective)));
    await page.goto(server.url + "/step/1");
    await ready();
    expect(await recorder("flush()")).toBe(true);
    await recorder("stop()");
    expect((await page.evaluate("window.violations ?? []"))).toEqual([]);
    expect(server.events().some((e: any) => e.type === 2)).toBe(true);
  });
  it("is recorded on another server without a preflight", async () => {
    const other = await startIngest(() => null);
    try {
      pages["/cross"] = `<script async src="/afterimage.js" data-key="k1" data-endpoint="${other.url}"></script><p>x</p>`;
      await page.goto(server.url + "/cross");
      await ready();
      expect(await recorder("flush()")).toBe(true);
      expect(other.log.map((l: any) => [l.status, l.type, l.compressed])).toEqual([[200, "text/plain", true]]);
    } finally {
      await other.close();
    }
  });
});

describe.skipIf(!installed)("sending", () => {
  it("loses and doubles nothing over page loads, even while the server fails", async () => {
    await page.goto(server.url + "/step/1");
    for (let n = 1; n <= 8; n++) {
      await ready();
      await recorder(`track("visited", {n: ${n}})`);
      if (n === 3) server.faults.push({ status: 503 }, { drop: true }, { status: 503 });
      if (n < 8) await Promise.all([page.waitForURL(`**/step/${n + 1}`), page.click("#next")]);
    }
    expect(await recorder("flush()")).toBe(true);
    expect(custom("track").map((p: any) => p.props.n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const batches = server.batches();
    expect(new Set(batches.map((b: any) => b.session + b.tab)).size).toBe(1);
    expect(batches.map((b: any) => b.seq)).toEqual(batches.map((_: unknown, i: number) => i));
    expect(custom("page").map((p: any) => p.title)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `Step ${n}`));
    expect(server.log.filter((l: any) => l.status === 409)).toEqual([]);
  });
  it("sends what a closed page had left", async () => {
    await page.goto(server.url + "/plain");
    await ready();
    await recorder('track("last words", {})');
    await page.close({ runBeforeUnload: true });
    await until(() => custom("track").length === 1);
  });
  it("keeps a duplicated tab apart from the original, in the same session", async () => {
    await page.goto(server.url + "/plain");
    await ready();
    await recorder("flush()");
    const [copy] = await Promise.all([context.waitForEvent("page"), page.evaluate("void window.open('/plain')")]);
    await copy.waitForFunction("window.afterimage && window.afterimage.session && window.afterimage.session()");
    expect(await copy.evaluate("sessionStorage.length")).toBeGreaterThan(0);
    expect(await copy.evaluate("window.afterimage.flush()")).toBe(true);
    await page.click("#b");
    expect(await recorder("flush()")).toBe(true);
    const batches = server.batches();
    expect(new Set(batches.map((b: any) => b.session)).size).toBe(1);
    expect(new Set(batches.map((b: any) => b.tab)).size).toBe(2);
    expect(server.log.filter((l: any) => l.status !== 200)).toEqual([]);
  });
  it.each([403, 410])("stops for good after %i", async (status) => {
    await page.goto(server.url + "/manual");
    server.faults.push({ status });
    await recorder("start()");
    await expect.poll(() => recorder("status().state")).toBe("refused");
    expect(await recorder("session()")).toBeNull();
    await recorder("start()");
    expect(await recorder("session()")).toBeNull();
    expect(server.log).toHaveLength(1);
  });
});

describe.skipIf(!installed)("a visit", () => {
  it("ends after 30 idle minutes, in which a page that changes by itself adds nothing", async () => {
    await page.clock.install();
    await page.goto(server.url + "/plain");
    await ready();
    await page.click("#b");
    expect(await recorder("flush()")).toBe(true);
    const first = await recorder("session()");
    await page.clock.fastForward("06:00");
    await page.evaluate("document.querySelector('h1').textContent = 'while away'");
    await page.evaluate("setInterval(() => (document.querySelector('h1').textContent = Math.random()), 60000)");
    await page.clock.runFor("30:00");
    await page.evaluate("console.error('nobody is here')");
    expect(await recorder("session()")).toBe(first);
    const before = server.log.length;
    expect(await recorder("flush()")).toBe(true);
    expect(server.log.length).toBe(before);
    await page.click("#b");
    expect(await recorder("flush()")).toBe(true);
    const second = await recorder("session()");
    expect(second).not.toBe(first);
    const events = server.batches().filter((b: any) => b.session === second).flatMap((b: any) => b.events);
    expect(server.batches().find((b: any) => b.session === second)).toMatchObject({ seq: 0, meta: { title: "Plain" } });
    expect(events.slice(0, 2).map((e: any) => e.type)).toEqual([4, 2]);
    expect(events.find((e: any) => e.type === 3 && e.data.source === 2 && e.data.type === 2).data).toMatchObject({ label: "Go", selector: "button#b" });
    expect(JSON.stringify(server.events())).not.toMatch(/while away|nobody is here/);
  });
  it("begins again where the person comes back within 30 minutes, with a full snapshot", async () => {
    await page.clock.install();
    await page.goto(server.url + "/plain");
    await ready();
    await page.click("#b");
    const first = await recorder("session()");
    await page.clock.fastForward("10:00");
    await page.evaluate("document.querySelector('h1').textContent = 'changed while away'");
    await page.click("#b");
    expect(await recorder("flush()")).toBe(true);
    expect(await recorder("session()")).toBe(first);
    const snapshots = server.events().filter((e: any) => e.type === 2);
    expect(snapshots.length).toBe(2);
    expect(JSON.stringify(snapshots[1])).toContain("changed while away");
  });
  it("goes on numbering after a page comes back out of the back/forward cache", async () => {
    const cached = await launch([], ["--disable-back-forward-cache"]);
    try {
      page = await cached.newPage();
      await page.goto(server.url + "/step/1");
      await ready();
      await page.evaluate("addEventListener('pageshow', (e) => (window.persisted = e.persisted))");
      await page.click("#next");
      await page.waitForURL("**/step/2");
      await ready();
      await recorder('track("on the second", {})');
      await page.goBack({ waitUntil: "commit" }); // a page out of the cache does not load
      await expect.poll(() => page.evaluate("window.persisted")).toBe(true); // else this tests nothing
      await recorder('track("back on the first", {})');
      expect(await recorder("flush()")).toBe(true);
      const batches = server.batches();
      expect(new Set(batches.map((b: any) => b.session + b.tab)).size).toBe(1);
      expect(batches.map((b: any) => b.seq)).toEqual(batches.map((_: unknown, i: number) => i));
      expect(custom("page").map((p: any) => p.title)).toEqual(["Step 1", "Step 2", "Step 1"]);
      expect(custom("track").map((p: any) => p.name)).toEqual(["on the second", "back on the first"]);
      expect(server.log.filter((l: any) => l.status === 409)).toEqual([]);
      expect(server.events().filter((e: any) => e.type === 2)).toHaveLength(3);
    } finally {
      await cached.close();
    }
  });
});

describe.skipIf(!installed)("what is recorded", () => {
  it("has how fast the page was, once it is left", async () => {
    await page.goto(server.url + "/step/1");
    await ready();
    await page.click("#next");
    await page.waitForURL("**/step/2");
    await ready();
    expect(await recorder("flush()")).toBe(true);
    const vitals = Object.fromEntries(custom("vital").map((v: any) => [v.name, v.value]));
    expect(Object.keys(vitals)).toEqual(expect.arrayContaining(["TTFB", "FCP", "CLS", "LCP"]));
    expect(vitals["LCP"]).toBeGreaterThanOrEqual(vitals["FCP"]);
    expect(vitals["CLS"]).toBe(0);
  });
  it("has answers that are acknowledged before they resolve", async () => {
    await page.goto(server.url + "/plain");
    await ready();
    const id = await recorder<string>('feedback.submit({kind: "nps", score: 3, survey: "s", text: "결제가 안 돼요", category: "problem"})');
    expect(custom("response")).toEqual([{ id, kind: "nps", score: 3, survey: "s", text: "결제가 안 돼요", category: "problem", url: server.url + "/plain" }]);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
  it("has who, what, errors, console and requests", async () => {
    page.on("pageerror", () => {});
    await page.addInitScript(`window.afterimage = {q: [["identify", ["u1", {email: "u@x.example", plan: "pro"}]]]}`);
    await page.goto(server.url + "/plain?x=1");
    await ready();
    await page.evaluate(() => {
      setTimeout(() => (null as any).boom);
      void Promise.reject(new RangeError("late"));
      console.warn("careful", { a: [1] });
      return fetch("/api?token=1").then(() => new Promise((resolve) => setTimeout(resolve)));
    });
    await recorder('captureError(new Error("caught"))');
    expect(await recorder("flush()")).toBe(true);
    await page.evaluate("history.pushState({}, '', '/second')");
    await expect.poll(async () => (await recorder("flush()")) && custom("page").length).toBe(2);
    expect(custom("identify")).toEqual([{ id: "u1", email: "u@x.example", traits: { email: "u@x.example", plan: "pro" } }]);
    expect(server.batches()[0].meta).toMatchObject({ url: server.url + "/plain", title: "Plain", user: { id: "u1" } });
    expect(custom("error").map((e: any) => [e.kind, e.type]).sort()).toEqual([["captured", "Error"], ["error", "TypeError"], ["rejection", "RangeError"]]);
    expect(custom("page").map((p: any) => p.url)).toEqual([server.url + "/plain", server.url + "/second"]);
    const plugin = (name: string) => server.events().filter((e: any) => e.type === 6 && e.data.plugin === name).map((e: any) => e.data.payload);
    expect(plugin("rrweb/console@1")).toMatchObject([{ level: "warn", payload: ["careful", '{"a":[1]}'] }]);
    expect(plugin("rrweb/network@1")).toMatchObject([{ requests: [{ url: server.url + "/api", method: "GET", status: 500, initiator: "fetch" }] }]);
  });
  it("tells that someone types, but not how much", async () => {
    await page.goto(server.url + "/plain");
    await ready();
    await page.locator("#name").pressSequentially("a long and secret sentence", { delay: 200 });
    await recorder("flush()");
    const inputs = server.events().filter((e: any) => e.type === 3 && e.data.source === 5);
    expect(inputs.length).toBeGreaterThan(1);
    expect(inputs.length).toBeLessThan(6);
    expect(new Set(inputs.map((e: any) => e.data.text)).size).toBe(1);
  });
});
