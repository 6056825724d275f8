// A small stand-in for the server's ingest call, with its rules about numbers, secrets and doubles. It keeps
// what it gets in memory, can be told to fail, and serves pages. It is no mock of the store: the end-to-end
// tests run against the real server.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

const PATH = /^\/ingest\/v1\/([^/]+)\/([0-9a-f-]{36})\/([0-9a-f-]{36})\/(\d+)$/;

/** Starts the server on a free port. page(path, request) returns {type, body, status?, delayMs?} or null for 404. */
export async function startIngest(page) {
  const batches = new Map();
  const secrets = new Map();
  const log = [];
  const faults = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const match = PATH.exec(path);
    if (!match) return serve(page, path, request, response);
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (request.method !== "POST") return void response.writeHead(405).end(); // a preflight must never come
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const [, key, session, tab, seq] = match;
    const entry = { key, session, tab, seq: Number(seq), bytes: bytes.length, compressed, type: request.headers["content-type"], status: 0 };
    log.push(entry);
    const fault = faults.shift();
    if (fault) {
      entry.status = fault.status;
      if (fault.drop) return void request.socket.destroy();
      return void response.writeHead(fault.status, fault.headers ?? {}).end("{}");
    }
    const upload = JSON.parse((compressed ? gunzipSync(bytes) : bytes).toString());
    entry.status = accept({ session, tab, seq: Number(seq), upload });
    response.writeHead(entry.status, { "Content-Type": "application/json" }).end(JSON.stringify({ session, tab, seq: Number(seq) }));
  });
  function accept({ session, tab, seq, upload }) {
    if (secrets.has(session) && secrets.get(session) !== upload.secret) return 403;
    secrets.set(session, upload.secret);
    const id = `${session}/${tab}/${seq}`;
    const events = JSON.stringify(upload.events);
    const known = batches.get(id);
    if (known) return JSON.stringify(known.events) === events ? 200 : 409;
    batches.set(id, { session, tab, seq, meta: upload.meta, sentAt: upload.sentAt, events: upload.events, userAgent: "" });
    return 200;
  }
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Every upload that came, in order. */
    log,
    /** Answers for the next uploads: {status, headers} or {drop: true}. */
    faults,
    /** Stored batches in order of session, tab and seq. */
    batches: () => [...batches.values()].sort((a, b) => cmp(a.session, b.session) || cmp(a.tab, b.tab) || a.seq - b.seq),
    /** All events stored so far, in order of their batches. */
    events() {
      return this.batches().flatMap((b) => b.events);
    },
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

async function serve(page, path, request, response) {
  const answer = await page(path, request);
  if (!answer) return void response.writeHead(404).end("not found");
  if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  response.writeHead(answer.status ?? 200, { "Content-Type": answer.type, "Cache-Control": "no-cache" }).end(answer.body);
}

const cmp = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
