// Records the demo's sessions: real Chromium, our recorder, invented people in the demo shop.
//   npm run demo-sessions -w e2e [-- 3 7]      all of them, or only those numbers
// Needs a built recorder and Chromium (CHROMIUM names another than /usr/bin/chromium).
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { launch } from "../../recorder-js/test/browser/chromium.mjs";
import { startIngest } from "../../recorder-js/test/browser/ingest.mjs";
import { handsOf } from "./hands.mjs";
import { people } from "./people.mjs";
import { shopPage } from "./shop.mjs";

/** People in the shop at the same time: more would make the recordings stutter on a small machine. */
const AT_ONCE = 4;
const RELEASE = "shop-2.14.0";
const out = new URL("../../internal/demo/sessions/", import.meta.url);

/** One person's visit; returns what is written. */
async function visit(someone) {
  const ingest = await startIngest(shopPage);
  const browser = await launch([`--host-resolver-rules=MAP haru.example 127.0.0.1:${new URL(ingest.url).port}`]);
  try {
    const touch = someone.device !== "desktop";
    const context = await browser.newContext({
      viewport: someone.viewport, userAgent: someone.userAgent, locale: someone.language, timezoneId: someone.timezone, isMobile: touch, hasTouch: touch,
    });
    const { user } = someone;
    if (user) {
      const known = JSON.stringify({ id: user.id, name: user.name, email: user.email });
      await context.addInitScript((value) => localStorage.setItem("haru.user", value), known);
    }
    const page = await context.newPage();
    await page.goto("http://haru.example/demo/", { referer: someone.referrer || undefined, waitUntil: "load" });
    await page.locator("footer").waitFor();
    const hands = await handsOf(page, { touch });
    await hands.look(1.5);
    await someone.act(hands);
    const status = await page.evaluate(async () => ({ acked: await window.afterimage.flush(), ...window.afterimage.status() }));
    if (status.failures || status.dropped) throw new Error("the recorder failed: " + JSON.stringify(status));
    return recording(someone, ingest.batches());
  } finally {
    await browser.close();
    await ingest.close();
  }
}

/** Puts a visit's batches together. */
function recording(someone, batches) {
  if (new Set(batches.map((b) => b.session + b.tab)).size !== 1) throw new Error("a visit must be one session in one tab");
  batches.forEach((b, i) => {
    if (b.seq !== i) throw new Error(`batch ${i} is missing`);
  });
  const { browser, os, device, country, language, timezone, referrer, userAgent, user } = someone;
  const meta = { browser, os, device, country, language, timezone, release: RELEASE, referrer, userAgent };
  if (user) meta.user = { id: user.id, email: user.email, traits: { name: user.name, ...user.traits } };
  return { meta, tab: batches[0].tab, events: batches.flatMap((b) => b.events) };
}

/** Compresses with zstd -19: node's own where it has it, else the command. */
function pack(text) {
  if (zlib.zstdCompressSync) return zlib.zstdCompressSync(text, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 19 } });
  const folder = mkdtempSync(join(tmpdir(), "demo-session-"));
  try {
    const file = join(folder, "session.json");
    writeFileSync(file, text);
    execFileSync("zstd", ["-q", "-19", file]);
    return readFileSync(file + ".zst");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wanted = process.argv.slice(2).map(Number);
const waiting = people.map((someone, i) => ({ someone, number: i + 1 })).filter(({ number }) => !wanted.length || wanted.includes(number));
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const name = String(next.number).padStart(2, "0");
    try {
      const made = await visit(next.someone);
      const file = new URL(`${name}.json.zst`, out);
      const text = JSON.stringify(made);
      writeFileSync(file, pack(text));
      const seconds = Math.round((made.events.at(-1).timestamp - made.events[0].timestamp) / 1000);
      console.log(`${name} ${made.events.length} events, ${seconds} s, ${text.length} -> ${statSync(file).size} bytes`);
    } catch (error) {
      failed++;
      console.error(`${name} ${error.stack}`);
    }
  }
}));
process.exit(failed ? 1 : 0);
