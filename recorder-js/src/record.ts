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

/** Prototypes of the page that rrweb wraps, some of which it does not put back by itself. */
const WRAPPED: [string, string[]][] = [
  ["Element", ["attachShadow"]],
  ["HTMLInputElement", ["value", "checked"]],
  ["HTMLSelectElement", ["value", "selectedIndex"]],
  ["HTMLTextAreaElement", ["value"]],
  ["HTMLOptionElement", ["selected"]],
  ["CSSStyleSheet", ["insertRule", "deleteRule", "addRule", "removeRule", "replace", "replaceSync"]],
  ["CSSGroupingRule", ["insertRule", "deleteRule"]],
  ["CSSMediaRule", ["insertRule", "deleteRule"]],
  ["CSSConditionRule", ["insertRule", "deleteRule"]],
  ["CSSSupportsRule", ["insertRule", "deleteRule"]],
  ["CSSStyleDeclaration", ["setProperty", "removeProperty"]],
  ["Document", ["adoptedStyleSheets"]],
  ["ShadowRoot", ["adoptedStyleSheets"]],
  ["HTMLMediaElement", ["play", "pause"]],
  ["HTMLCanvasElement", ["getContext"]],
  ["CustomElementRegistry", ["define"]],
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
      const data = { source: Source.Input, id, text: el.value, isChecked: el.checked === true };
      emit({ type: EventType.Incremental, timestamp: now, data });
    }
    last = now;
  }, { capture: true, passive: true });
}

/** Notes how the page's prototypes are now and returns how to put them back. */
function remember(): () => void {
  const kept: [object, string, PropertyDescriptor][] = [];
  for (const [type, names] of WRAPPED) {
    const prototype = (globalThis as any)[type]?.prototype;
    for (const name of names) {
      const descriptor = prototype && Object.getOwnPropertyDescriptor(prototype, name);
      if (descriptor) kept.push([prototype, name, descriptor]);
    }
  }
  return () => {
    for (const [prototype, name, descriptor] of kept) Object.defineProperty(prototype, name, descriptor);
  };
}
