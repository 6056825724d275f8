// Errors that nobody caught, and those that the site hands over, as afterimage.error.

import { ERRORS_PER_MINUTE, STACK_CHARS, TEXT_CHARS } from "./limits.js";
import { listen, perMinute } from "./patch.js";
import { cap, cleanUrl, redact } from "./url.js";

/** What is recorded of an error. */
export interface ErrorPayload {
  kind: "error" | "rejection" | "captured";
  type: string;
  message: string;
  stack: string;
  source: string;
  line: number;
  column: number;
}

/** Listens for uncaught errors and unhandled rejections; returns how to end that. */
export function watchErrors(emit: (payload: ErrorPayload) => void): () => void {
  const allow = perMinute(ERRORS_PER_MINUTE);
  const undo = [
    listen(window, "error", (event: ErrorEvent) => {
      // Assets that do not load come here as plain events; they are no errors of the page's code.
      if (!(event instanceof ErrorEvent) || !allow()) return;
      const payload = describe("error", event.error ?? event.message);
      emit({ ...payload, source: event.filename ? cleanUrl(event.filename) : payload.source, line: event.lineno || payload.line, column: event.colno || payload.column });
    }),
    listen(window, "unhandledrejection", (event: PromiseRejectionEvent) => {
      if (allow()) emit(describe("rejection", event.reason));
    }),
  ];
  return () => undo.forEach((f) => f());
}

/** Describes anything that can be thrown. The place is taken from the stack's first line. */
export function describe(kind: ErrorPayload["kind"], thrown: unknown): ErrorPayload {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : { message: text(thrown) }) as Partial<Error>;
  const stack = typeof error.stack === "string" ? error.stack : "";
  const place = /((?:https?|file):\/\/[^\s()]+?):(\d+):(\d+)/.exec(stack);
  return {
    kind,
    type: cap(text(error.name ?? (typeof thrown === "object" ? "Error" : typeof thrown)), 100),
    message: redact(cap(text(error.message ?? thrown), TEXT_CHARS)),
    stack: redact(cap(stack, STACK_CHARS)),
    source: place ? cleanUrl(place[1]!) : "",
    line: Number(place?.[2] ?? 0),
    column: Number(place?.[3] ?? 0),
  };
}

function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "[unreadable]"; // an object without a prototype has no text
  }
}
