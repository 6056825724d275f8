// Console output as rrweb/console@1 plugin events: {level, payload: [string…], trace: [string…]}.

import { CONSOLE_ARGS, CONSOLE_DEPTH, CONSOLE_KEYS, CONSOLE_PER_MINUTE, STACK_CHARS, TEXT_CHARS } from "./limits.js";
import { patch, perMinute } from "./patch.js";
import type { ConsoleLevel } from "./types.js";
import { cap, redact } from "./url.js";

/** What is recorded of a console call. */
export interface ConsolePayload {
  level: ConsoleLevel;
  payload: string[];
  trace: string[];
}

/** Wraps the console's methods of the levels and returns how to put them back. */
export function watchConsole(levels: readonly ConsoleLevel[], emit: (payload: ConsolePayload) => void): () => void {
  const allow = perMinute(CONSOLE_PER_MINUTE);
  let inside = false;
  const undo = levels.map((level) =>
    patch(console, level, (original) => (...args: unknown[]) => {
      original.apply(console, args);
      // Writing out an object can run the page's code, which may log again.
      if (inside || !allow()) return;
      inside = true;
      try {
        const trace = level === "error" || level === "warn" ? stack(new Error().stack) : [];
        emit({ level, payload: args.slice(0, CONSOLE_ARGS).map((arg) => write(arg)), trace });
      } finally {
        inside = false;
      }
    }),
  );
  return () => undo.forEach((f) => f());
}

/** Writes out a value as a person would like to read it: text as it is, errors by name and message, the rest as JSON. */
export function write(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "string" ? value : value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(plain(value, 0)) ?? String(value));
  } catch {
    text = "[unreadable]";
  }
  return redact(cap(text, TEXT_CHARS));
}

/** Copies a value to bounded depth and width; elements, functions and cycles become short names. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cap(value, TEXT_CHARS);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return `[function ${value.name}]`;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return String(value);
  if (typeof Node !== "undefined" && value instanceof Node) return `[${value.nodeName.toLowerCase()}]`; // never its content
  if (depth >= CONSOLE_DEPTH) return Array.isArray(value) ? "[array]" : "[object]";
  if (Array.isArray(value)) return value.slice(0, CONSOLE_KEYS).map((v) => plain(v, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).slice(0, CONSOLE_KEYS)) copy[key] = plain((value as Record<string, unknown>)[key], depth + 1);
  return copy;
}

/** The lines of a stack but for the recorder's own first one, without queries in the addresses. */
function stack(text: string | undefined): string[] {
  const lines = redact(cap(text ?? "", STACK_CHARS)).split("\n").map((line) => line.trim());
  return lines.filter((line) => line && line !== "Error").slice(1);
}
