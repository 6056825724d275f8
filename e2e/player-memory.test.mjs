// The player holds a stretch of a recording, not the whole: however long it plays and wherever one
// goes in it, neither the events that it holds nor its memory grow.
import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'

import { launch } from './lib/browser.mjs'
import { counting } from './lib/recording.mjs'
import { Server, run, until } from './lib/server.mjs'
import { seek, shows } from './lib/watch.mjs'

const seconds = 20 * 60
const speed = 16
const recording = { at: Date.now() - 2 * 3600_000, seconds, everyMs: 200, noiseBytes: 7000, snapshotMs: 60_000 }

let folder, server, browser, page, session, written

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
  const file = join(folder, 'long.ndjson')
  const lines = function* () {
    for (const event of counting(recording)) yield `${JSON.stringify(event)}\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(file))
  const imported = await run('import', '--data', join(folder, 'data'), '--json', file)
  assert.equal(imported.code, 0, imported.err)
  written = JSON.parse(imported.out)
  session = written.session
  server = await Server.start({ folder: join(folder, 'data') })
  browser = await launch()
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions')
})

after(async () => {
  await browser?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Where the player is, in seconds. */
const position = async () => Number(await page.getByRole('slider', { name: 'Position' }).inputValue()) / 1000

/**
 * Counts the events that the player document holds, and what the page's heap is without garbage. Text
 * that was drawn has moved out of that heap, so the number of events is the surer of the two.
 */
async function held() {
  const debug = await page.context().newCDPSession(page)
  try {
    const contexts = []
    debug.on('Runtime.executionContextCreated', ({ context }) => contexts.push(context))
    await debug.send('Runtime.enable')
    let events = 0
    for (const { id, auxData } of contexts) {
      if (!auxData.isDefault) continue
      const inside = { contextId: id, objectGroup: 'held' }
      const where = await debug.send('Runtime.evaluate', { expression: 'location.pathname', ...inside })
      if (where.result.value !== '/player') continue
      const { result } = await debug.send('Runtime.evaluate', { expression: 'Object.prototype', ...inside })
      const { objects } = await debug.send('Runtime.queryObjects', { prototypeObjectId: result.objectId, objectGroup: 'held' })
      const count = await debug.send('Runtime.callFunctionOn', {
        objectId: objects.objectId,
        functionDeclaration: "function () { return this.filter((one) => typeof one.timestamp === 'number' && typeof one.type === 'number' && 'data' in one).length }",
        returnByValue: true,
      })
      events += count.result.value
    }
    await debug.send('Runtime.releaseObjectGroup', { objectGroup: 'held' })
    await debug.send('HeapProfiler.collectGarbage')
    await debug.send('Performance.enable')
    const { metrics } = await debug.send('Performance.getMetrics')
    return { events, heapMB: metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6 }
  } finally {
    await debug.detach()
  }
}

async function measured(when) {
  const now = await held()
  console.log(`${when}: ${now.events} events, heap ${now.heapMB.toFixed(1)} MB`)
  return now
}

const playsTo = (second) => until(`it plays to second ${second}`, async () => (await position()) >= second, { withinMs: 120_000, everyMs: 200 })

test('what the player holds does not grow with the length of what is watched', { timeout: 300_000 }, async () => {
  console.log(`recording: ${seconds / 60} min, ${written.events} events, ${(written.rawBytes / 1e6).toFixed(1)} MB`)
  await page.goto(`${server.url}/p/${new URL(page.url()).pathname.split('/')[2]}/sessions/${session}?t=0`)
  await shows(page, /Second \d/)
  await measured('at the start')
  await page.getByRole('button', { name: /^Speed/ }).click()
  await page.getByRole('menuitem', { name: `${speed}×` }).click()
  await page.getByRole('button', { name: 'Play', exact: true }).last().click()
  await playsTo(speed * 30)
  await measured('after half a minute')
  await playsTo(speed * 60)
  const first = await measured('after a minute')
  for (const second of [60, 1100, 300, 800, 20, 650, 1180, 450, 90, 950]) {
    await seek(page, second)
    await shows(page, new RegExp(`Second ${Math.floor(second / 10)}\\d\\.`))
  }
  await measured('after ten seeks')
  await seek(page, 5)
  await playsTo(speed * 60)
  const last = await measured('after another minute')
  assert.ok(first.events > 0 && first.events < written.events * 0.75, 'only a part is held')
  assert.ok(last.events <= first.events * 1.5, `${last.events} events, before ${first.events}`)
  assert.ok(last.heapMB <= first.heapMB * 1.5, `${last.heapMB} MB, before ${first.heapMB} MB`)
})
