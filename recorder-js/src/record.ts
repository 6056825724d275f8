// The part that watches the page: rrweb, with the settings that privacy needs.

import { record as rrweb } from "@rrweb/record";
import { SNAPSHOT_EVERY_MS, TYPING_PULSE_MS } from "./limits.js";
import { listen } from "./patch.js";
import type { Privacy } from "./privacy.js";
import type { Mirror } from "./scrub.js";
import { EventType, Source, type RecordedEvent } from "./types.js";

/** rrweb's own map between nodes and ids. */
export const mirror: Mirror & { getId(node: Node): number } = rrweb.mirror as never;

/** A recording under way. */
export interface Recording {
  /** Emits Meta and a full snapshot now. */
  snapshot(): void;
  stop(): void;
}

/** What rrweb wraps and does not put back by itself; the rest it does, and a test looks at all of it. */
const LEFT_BEHIND: [() => object | undefined, string[]][] = [
  [() => globalThis.CSSStyleSheet?.prototype, ["addRule", "removeRule"]],
  [() => document, ["adoptedStyleSheets"]],
];

/** Starts rrweb. emit gets each event before it is masked; failed gets errors inside rrweb. */
export function startRecording(privacy: Privacy, emit: (event: RecordedEvent) => void, failed: (error: unknown) => void): Recording {
  const restore = remember();
  // rrweb looks these up by tag name before it asks for the type, so that hidden inputs are masked too.
  const maskInputOptions = { input: true, textarea: true, select: true, password: true } as object;
  const stop = rrweb({
    emit: emit as never,
    maskInputOptions,
    maskInputFn: (text: string, el: HTMLElement) => privacy.field(el, text),
    blockSelector: privacy.blockSelector,
    slimDOMOptions: {
      script: true,
      comment: true,
      headFavicon: true,
      headMetaSocial: true,
      headMetaRobots: true,
      headMetaHttpEquiv: true,
      headMetaVerification: true,
      headMetaDescKeywords: true,
      headMetaAuthorship: true,
    },
    userTriggeredOnInput: true, // tells what the person did from what a script fills in
    sampling: { mousemove: 50, scroll: 150, media: 800 },
    checkoutEveryNms: SNAPSHOT_EVERY_MS,
    recordAfter: "DOMContentLoaded",
    recordCanvas: false,
    errorHandler: (error: unknown) => {
      failed(error);
      return true; // swallowed: the page must not see it
    },
  });
  const stopPulse = pulseWhileTyping(emit);
  return {
    snapshot: () => rrweb.takeFullSnapshot(),
    stop() {
      stopPulse();
      stop?.();
      restore();
    },
  };
}

/**
 * A masked field looks the same after each key, so that rrweb reports only the first. A person who
 * types is not idle: the same masked value is reported again from time to time, which tells that
 * something is typed but not how much.
 */
function pulseWhileTyping(emit: (event: RecordedEvent) => void): () => void {
  let last = 0;
  return listen(document, "input", (event: Event) => {
    const el = event.composedPath()[0] as HTMLInputElement;
    const now = Date.now();
    if (now - last < TYPING_PULSE_MS || typeof el?.value !== "string") return;
    const id = mirror.getId(el);
    if (last > 0 && id > 0 && !el.closest?.("[data-afterimage~='block']")) {
      const data = { source: Source.Input, id, text: el.value, isChecked: el.checked === true, userTriggered: true };
      emit({ type: EventType.Incremental, timestamp: now, data });
    }
    last = now;
  }, { capture: true, passive: true });
}

/** Notes how the page is now and returns how to put it back. */
function remember(): () => void {
  const kept: [object, string, PropertyDescriptor | undefined][] = [];
  for (const [reach, names] of LEFT_BEHIND) {
    const target = reach();
    if (target) for (const name of names) kept.push([target, name, Object.getOwnPropertyDescriptor(target, name)]);
  }
  return () => {
    for (const [target, name, descriptor] of kept) {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else delete (target as Record<string, unknown>)[name];
    }
  };
}
