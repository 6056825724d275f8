// Whatever time a recording is started at, from the keyframe that the service makes for it, Chromium
// shows what it shows after playing from the start: for pages that each use one feature of the web at
// random, and for every recording in the folder $AFTERIMAGE_RECORDINGS.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'

import { launch } from './lib/browser.mjs'
import { Comparer, report, times } from './lib/keyframes.mjs'
import { exceptions } from './lib/keyframes-exceptions.mjs'
import { pageNames, record } from './lib/keyframes-record.mjs'
import { Recordings } from './lib/keyframes-server.mjs'
import { seeded } from './pages/seeded.js'

/** What is random follows from it; another one tries other pages at other times. */
const seed = Number(process.env.AFTERIMAGE_SEED ?? 1)
/** Times per recording: half of them while it lies in packs, half after it was sealed. */
const timesPerRecording = 10
/** Pages recorded at a time: they mostly wait, but are to be busy now and then. */
const pagesAtATime = 3

let browser, comparer, held
const recordings = []

async function recordPages() {
  const names = (await pageNames()).values()
  const one = async () => {
    for (const name of names) recordings.push({ name, events: await record(browser, name, seed) })
  }
  await Promise.all(Array.from({ length: pagesAtATime }, one))
}

/** The recordings of a folder and of all below it, as arrays of rrweb events. */
async function readRecordings(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.json(\.gz)?$/.test(name)).sort()
  for (const name of names) {
    const bytes = await readFile(join(folder, name))
    recordings.push({ name, events: JSON.parse(name.endsWith('.gz') ? gunzipSync(bytes) : bytes) })
  }
}

const known = (name, difference) => exceptions.some(({ recording, is }) => recording === name && is(difference))

/** Compares a recording at some of its times. */
async function check({ name, events }, chosen) {
  await comparer.record(JSON.stringify(events))
  const wrong = []
  for (const at of chosen) {
    const { differences } = await comparer.compare(await held.from(name, at), at)
    const found = differences.filter((one) => !known(name, one))
    if (found.length > 0) wrong.push(`${at - events[0].timestamp} ms after its first event:\n${report(found)}`)
  }
  assert.equal(wrong.length, 0, `with seed ${seed}, ${name} differs at ${wrong.length} of ${chosen.length} times\n${wrong.slice(0, 3).join('\n')}`)
}

const chosen = ({ events }, part) => times(events, timesPerRecording, seeded(seed)).filter((_, i) => i % 2 === part)

/** A test for each feature page, and one for all recordings of the folder. */
function compareAll(part) {
  return async (t) => {
    for (const one of recordings) await t.test(one.name, () => check(one, chosen(one, part)))
  }
}

describe('from a keyframe at any time, the page is what it is when played from the start', () => {
  before(async () => {
    browser = await launch()
    if (process.env.AFTERIMAGE_RECORDINGS) await readRecordings(process.env.AFTERIMAGE_RECORDINGS)
    else await recordPages()
    recordings.sort((a, b) => (a.name < b.name ? -1 : 1))
    console.log(`seed ${seed}, ${recordings.length} recordings`)
    comparer = await Comparer.start(browser)
    held = await Recordings.start(recordings)
  })

  after(async () => {
    await held?.stop()
    await comparer?.stop()
    await browser?.close()
  })

  test('while it is stored in packs', compareAll(0))

  test('after it was sealed', async (t) => {
    await held.seal()
    await compareAll(1)(t)
  })
})
