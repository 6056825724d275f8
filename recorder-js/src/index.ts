// The recorder's interface for a site. Nothing here throws into the page, but for a wrong call of init().

import { Recorder, type Status } from "./recorder.js";
import type { Answer, Options } from "./types.js";

export type { Answer, ConsoleLevel, Options } from "./types.js";
export type { Status } from "./recorder.js";

let recorder: Recorder | undefined;

/** Sets the recorder up and, unless `manual` is set, starts it. A second call does nothing. */
export function init(options: Options): void {
  if (!options || typeof options.key !== "string" || !options.key) throw new TypeError("afterimage.init: key is missing: the project's public key");
  if (recorder || typeof document === "undefined") return;
  recorder = new Recorder(options);
  if (!options.manual) start();
}

/** Starts recording, after `init({manual: true})` or `stop()`. */
export function start(): void {
  // A page that is drawn ahead of time has not been visited yet.
  if ((document as { prerendering?: boolean }).prerendering) {
    document.addEventListener("prerenderingchange", () => recorder?.start(), { once: true });
  } else {
    recorder?.start();
  }
}

/** Stops recording and gives back every function of the page that was wrapped. What was recorded is still sent. */
export function stop(): void {
  recorder?.stop();
}

/** Tells who the person is. `traits.email` is shown as the person's e-mail address. */
export function identify(id: string, traits?: Record<string, unknown>): void {
  recorder?.identify(id, traits);
}

/** Notes something that happened, such as `track("order placed", {total: 42000})`. */
export function track(name: string, props?: Record<string, unknown>): void {
  recorder?.track(name, props);
}

/** Notes an error that the site caught itself. */
export function captureError(error: unknown): void {
  recorder?.captureError(error);
}

/** What people say, linked to the moment at which they say it. */
export const feedback = {
  /** Sends an answer. Resolves with its id once the server has stored it; rejects if it cannot be. */
  submit(answer: Answer): Promise<string> {
    return recorder ? recorder.submit(answer) : Promise.reject(new Error("afterimage: init() was not called"));
  },
};

/** The id of the session, to be put into a support request; null while nothing is recorded. */
export function session(): string | null {
  return recorder?.sessionId ?? null;
}

/** Sends what waits. Resolves to true once the server has all of it. */
export function flush(): Promise<boolean> {
  return recorder ? recorder.flush() : Promise.resolve(false);
}

/** How the recorder is doing. */
export function status(): Status | null {
  return recorder?.status ?? null;
}
