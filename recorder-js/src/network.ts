// Requests of the page as rrweb/network@1 plugin events: method, address without query, status and
// duration. Never headers or bodies.

import { REQUESTS_PER_MINUTE } from "./limits.js";
import { patch, perMinute } from "./patch.js";
import { cap, cleanUrl } from "./url.js";

/** One request. startTime is unix ms in the page's clock, duration ms, size bytes if the answer told; status 0: no answer. */
export interface RequestRecord {
  url: string;
  method: string;
  status: number;
  startTime: number;
  duration: number;
  size?: number;
  initiator: "fetch" | "xhr";
}

/** Wraps fetch and XMLHttpRequest; returns how to put them back. isOwn tells the recorder's own uploads. */
export function watchNetwork(keepParams: readonly string[], isOwn: (url: string) => boolean, emit: (request: RequestRecord) => void): () => void {
  const allow = perMinute(REQUESTS_PER_MINUTE);
  const begin = (initiator: RequestRecord["initiator"], method: string, url: string) => {
    const absolute = resolve(url);
    const startTime = Date.now();
    const clock = performance.now();
    let done = false;
    return (status: number, size?: number) => {
      if (done || !/^https?:/.test(absolute) || isOwn(absolute) || !allow()) return;
      done = true;
      const duration = Math.round(performance.now() - clock);
      const request: RequestRecord = { url: cap(cleanUrl(absolute, keepParams), 2000), method: method.toUpperCase(), status, startTime, duration, initiator };
      emit(size === undefined ? request : { ...request, size });
    };
  };
  const undo = [watchFetch(begin), watchXhr(begin)];
  return () => undo.forEach((f) => f());
}

type Begin = (initiator: "fetch" | "xhr", method: string, url: string) => (status: number, size?: number) => void;

function watchFetch(begin: Begin): () => void {
  return patch(window as Window & typeof globalThis, "fetch", (original) =>
    function (this: unknown, input: RequestInfo | URL, init?: RequestInit) {
      const answer = original.call(this ?? window, input as RequestInfo, init);
      const request = typeof input === "object" && "url" in input ? input : undefined;
      const end = begin("fetch", init?.method ?? request?.method ?? "GET", request?.url ?? String(input));
      // The page's own promise is handed back: ours must not add a turn to it, nor an unhandled rejection.
      answer.then((response) => end(response.status, size(response.headers.get("Content-Length"))), () => end(0));
      return answer;
    } as typeof fetch,
  );
}

function watchXhr(begin: Begin): () => void {
  const opened = new WeakMap<XMLHttpRequest, { method: string; url: string }>();
  const prototype = XMLHttpRequest.prototype;
  const undoOpen = patch(prototype, "open", (original) =>
    function (this: XMLHttpRequest, ...args: any[]) {
      opened.set(this, { method: String(args[0]), url: String(args[1]) });
      return (original as Function).apply(this, args);
    } as typeof prototype.open,
  );
  const undoSend = patch(prototype, "send", (original) =>
    function (this: XMLHttpRequest, content?: any) {
      const call = opened.get(this);
      if (call) {
        const end = begin("xhr", call.method, call.url);
        this.addEventListener("loadend", () => end(this.status, size(this.getResponseHeader("Content-Length"))), { once: true });
      }
      return original.call(this, content);
    },
  );
  return () => {
    undoSend();
    undoOpen();
  };
}

function resolve(url: string): string {
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return "";
  }
}

function size(header: string | null): number | undefined {
  return header && /^\d+$/.test(header) ? Number(header) : undefined;
}
