// The script tag: <script async src="https://HOST/afterimage.js" data-key="KEY"></script>
//
// Calls made before the script is here are kept by this stub, and carried out by it:
//   window.afterimage = window.afterimage || {q: [], identify: function () { this.q.push(["identify", arguments]) }, …}

import * as api from "./index.js";
import type { Options } from "./types.js";

type Call = [name: string, args: ArrayLike<unknown>];

const globals = window as { afterimage?: { q?: Call[] } & Partial<typeof api> };

/** Reads the options from the script tag's data-* attributes. */
export function optionsOf(script: HTMLScriptElement): Options | undefined {
  const { key, endpoint, release, tags, sampleRate, manual, maskInputs, maskText, maskSelector, blockSelector, allowSelector, keepParams, console, network } =
    script.dataset;
  if (!key) return undefined;
  const options: Options = { key, endpoint: endpoint ?? new URL(script.src, location.href).origin, release, maskSelector, blockSelector, allowSelector };
  if (sampleRate !== undefined && sampleRate !== "") options.sampleRate = Number(sampleRate);
  if (manual !== undefined) options.manual = manual !== "false";
  if (maskText !== undefined) options.maskText = maskText !== "false";
  // Only a clear "false" shows what people type.
  if (maskInputs === "false") options.maskInputs = false;
  if (tags) options.tags = tags.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (keepParams) options.keepParams = keepParams.split(/[\s,]+/).filter(Boolean);
  if (console !== undefined) options.console = console === "false" ? false : (console.split(/[\s,]+/).filter(Boolean) as Options["console"]);
  if (network === "false") options.network = false;
  return options;
}

/** Carries out the calls that were made before the script was here. */
export function replayCalls(calls: readonly Call[] | undefined): void {
  for (const [name, args] of calls ?? []) {
    try {
      const [group, method] = name.split(".") as [string, string | undefined];
      const owner = (method ? (api as any)[group] : api) as Record<string, (...a: unknown[]) => unknown>;
      const result = owner?.[method ?? group]?.(...Array.from(args));
      if (result instanceof Promise) result.catch(() => {}); // nobody is there to be told
    } catch {
      // A wrong call of the page must not keep the others from being carried out.
    }
  }
}

function load(): void {
  const earlier = globals.afterimage?.q;
  if (globals.afterimage && !earlier) return; // the script is on the page twice
  globals.afterimage = { ...api };
  const script = document.currentScript;
  const options = script instanceof HTMLScriptElement ? optionsOf(script) : undefined;
  if (options) api.init(options);
  replayCalls(earlier);
}

try {
  load();
} catch {
  // The page works without us.
}
