// The installed Chromium, with the switches that keep it quiet and off the network.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** Where Chromium is; CHROMIUM names another one. */
export const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

/** Whether there is a Chromium to test with. */
export const installed = existsSync(executablePath);

/** Starts it with a fresh profile and, if needed, further switches, or without some of Playwright's. */
export function launch(more = [], without = []) {
  return chromium.launch({
    executablePath,
    ignoreDefaultArgs: without,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ...more,
    ],
  });
}
