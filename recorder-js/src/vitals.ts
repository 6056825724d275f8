// How fast the page was for this person, as afterimage.vital: the Core Web Vitals by their published
// definitions (web.dev/vitals), and when the first byte and the first paint came.

import { listen } from "./patch.js";

/** One measure: times in ms, CLS without unit. */
export interface VitalPayload {
  name: "TTFB" | "FCP" | "LCP" | "CLS" | "INP";
  value: number;
}

/** Shifts less than this apart belong to one window, which is at most so long (definition of CLS). */
const SHIFT_GAP_MS = 1_000;
const SHIFT_WINDOW_MS = 5_000;
/** Of so many interactions the slowest one is left out as an outlier (definition of INP). */
const INTERACTIONS_PER_OUTLIER = 50;
/** Interactions kept to choose from: enough for the outliers of 500. */
const SLOWEST_KEPT = 10;

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}
interface Interaction extends PerformanceEntry {
  interactionId?: number;
}

/** Measures until the page is hidden for the first time, then emits what it has. Returns how to end that. */
export function watchVitals(emit: (vital: VitalPayload) => void): () => void {
  if (document.visibilityState === "hidden") return () => {}; // a tab in the background paints late, for nobody
  const observers: PerformanceObserver[] = [];
  const observe = <T extends PerformanceEntry>(type: string, each: (entry: T) => void, more: object = {}) => {
    if (typeof PerformanceObserver === "undefined" || !PerformanceObserver.supportedEntryTypes?.includes(type)) return () => {};
    const handle = (list: PerformanceEntry[]) => list.forEach((entry) => each(entry as T));
    const observer = new PerformanceObserver((list) => handle(list.getEntries()));
    observer.observe({ type, buffered: true, ...more });
    observers.push(observer);
    return () => handle(observer.takeRecords());
  };
  let paint = 0;
  let largest = 0;
  const shifts = layoutShift();
  const interactions = slowInteraction();
  const drain = [
    observe("paint", (e) => e.name === "first-contentful-paint" && (paint = e.startTime)),
    observe("largest-contentful-paint", (e) => (largest = e.startTime)),
    observe<Shift>("layout-shift", (e) => !e.hadRecentInput && shifts.add(e)),
    observe<Interaction>("event", (e) => e.interactionId && interactions.add(e.interactionId, e.duration), { durationThreshold: 40 }),
  ];
  let done = false;
  const report = () => {
    if (done) return;
    done = true;
    drain.forEach((f) => f());
    observers.forEach((observer) => observer.disconnect());
    const [navigation] = performance.getEntriesByType?.("navigation") ?? [];
    const firstByte = (navigation as PerformanceNavigationTiming | undefined)?.responseStart ?? 0;
    const slow = interactions.worst();
    const say = (name: VitalPayload["name"], value: number) => emit({ name, value });
    if (firstByte > 0) say("TTFB", Math.round(firstByte));
    if (paint > 0) {
      say("FCP", Math.round(paint));
      say("CLS", Math.round(shifts.worst() * 10_000) / 10_000);
    }
    if (largest > 0) say("LCP", Math.round(largest));
    if (slow > 0) say("INP", Math.round(slow));
  };
  const undo = [
    // Before our own listeners that send what waits: they are added later, in the same phase.
    listen(document, "visibilitychange", () => document.visibilityState === "hidden" && report(), { capture: true }),
    listen(window, "pagehide", report, { capture: true }),
  ];
  return () => {
    undo.forEach((f) => f());
    observers.forEach((observer) => observer.disconnect());
  };
}

/** Adds layout shifts up in windows and remembers the worst window. */
export function layoutShift(): { add(shift: Pick<Shift, "startTime" | "value">): void; worst(): number } {
  let first = 0;
  let last = -Infinity;
  let sum = 0;
  let worst = 0;
  return {
    add({ startTime, value }) {
      if (startTime - last >= SHIFT_GAP_MS || startTime - first >= SHIFT_WINDOW_MS) {
        first = startTime;
        sum = 0;
      }
      last = startTime;
      sum += value;
      worst = Math.max(worst, sum);
    },
    worst: () => worst,
  };
}

/** Remembers how long interactions took, each of one or more events, and tells the slowest but for outliers. */
export function slowInteraction(): { add(id: number, duration: number): void; worst(): number } {
  const slowest = new Map<number, number>();
  const ids = new Set<number>();
  return {
    add(id, duration) {
      ids.add(id);
      slowest.set(id, Math.max(slowest.get(id) ?? 0, duration));
      if (slowest.size <= SLOWEST_KEPT) return;
      const [fastest] = [...slowest].sort((a, b) => a[1] - b[1])[0]!;
      slowest.delete(fastest);
    },
    worst() {
      const sorted = [...slowest.values()].sort((a, b) => b - a);
      return sorted[Math.min(sorted.length - 1, Math.floor(ids.size / INTERACTIONS_PER_OUTLIER))] ?? 0;
    },
  };
}
