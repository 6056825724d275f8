// What never came and what is damaged: it is marked and said where it is, playing goes over it, and
// everything around it is shown.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { violations } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { imported, send } from './lib/fill.mjs'
import { counting } from './lib/recording.mjs'
import { Server, run, until } from './lib/server.mjs'
import { seek, shownText, shows } from './lib/watch.mjs'

const hourAgo = Date.now() - 3600_000
const damagedSeconds = 300

let folder, server, browser, context, page, project, key
const sessions = {}

/** Damages a block in the middle of the largest object. */
async function damage() {
  const objects = join(folder, 'data', 'objects')
  const files = await Promise.all(
    (await readdir(objects, { recursive: true })).map(async (name) => ({ path: join(objects, name), size: (await stat(join(objects, name))).size })),
  )
  const { path, size } = files.sort((a, b) => b.size - a.size)[0]
  const object = await open(path, 'r+')
  // At two places of one block: a single one may be healed.
  for (const at of [Math.floor(size * 0.5), Math.floor(size * 0.525)]) {
    const { buffer } = await object.read(Buffer.alloc(1), 0, 1, at)
    await object.write(Buffer.from([buffer[0] ^ 1]), 0, 1, at)
  }
  await object.close()
}

/** A recording whose first picture never came; the next is of second 20. */
const headless = () => [...counting({ at: hourAgo, seconds: 40, snapshotMs: 20_000 })].slice(2)

/** Sends 40 seconds of which those from 10.5 to 25 stay away. */
async function sendWithHole() {
  const [session, tab] = [randomUUID(), randomUUID()]
  const events = [...counting({ at: Date.now() - 60_000, seconds: 40 })]
  const began = events[0].timestamp
  const between = (from, to) => events.filter(({ timestamp }) => timestamp >= began + from * 1000 && timestamp < began + to * 1000)
  await send(server, key, { session, tab, seq: 0, events: between(0, 5) })
  await send(server, key, { session, tab, seq: 1, events: between(5, 10.5) })
  await send(server, key, { session, tab, seq: 3, events: between(25, 41) })
  return session
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
  sessions.headless = await imported(folder, 'headless', headless())
  sessions.damaged = await imported(folder, 'damaged', counting({ at: hourAgo, seconds: damagedSeconds, everyMs: 500, noiseBytes: 8000 }))
  const sealing = await run('seal', '--data', join(folder, 'data'), '--all')
  assert.equal(sealing.code, 0, sealing.err)
  await damage()
  key = (await run('project', 'key', '--data', join(folder, 'data'))).out.trim()
  server = await Server.start({ folder: join(folder, 'data') })
  sessions.hole = await sendWithHole()
  browser = await launch()
  context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions')
  project = new URL(page.url()).pathname.split('/')[2]
})

after(async () => {
  await browser?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const show = (session, query = '') => page.goto(`${server.url}/p/${project}/sessions/${session}${query}`)
const said = (words) => page.getByRole('status').getByText(words).waitFor()
const onTimeline = (name) => page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name })
const inList = (name) => page.getByRole('list', { name: 'Events', exact: true }).getByRole('button', { name })
const slider = () => page.getByRole('slider', { name: 'Position' })
const play = () => page.keyboard.press('Space')

async function faster(speed) {
  await page.getByRole('button', { name: /^Speed/ }).click()
  await page.getByRole('menuitem', { name: speed, exact: true }).click()
  // The keys are the player's again.
  await slider().focus()
}

/** Presses the button that leaves a gap, and returns the second that it says one goes on at. */
async function goOn() {
  const button = page.getByRole('button', { name: /^Go on at/ })
  const [, minutes, seconds] = (await button.textContent()).match(/(\d+):(\d+)/)
  await button.click()
  return Number(minutes) * 60 + Number(seconds)
}

async function clean(colorScheme, what) {
  await page.emulateMedia({ colorScheme })
  assert.deepEqual(await violations(page), [], what)
}

test('a beginning without a picture is said, and playing starts after it', async () => {
  await show(sessions.headless)
  await page.getByRole('alert').getByText('The beginning cannot be shown: its first picture never arrived. It plays from 0:19.').waitFor()
  await shows(page, /Second 2\d/)
  await play()
  await clean('light', 'the beginning is told')
  await seek(page, 7)
  await said('19 sec cannot be shown')
  await clean('dark', 'standing where there is no picture')
  await goOn()
  await shows(page, 'Second 20.')
  assert.equal(await page.getByRole('button', { name: /^Go on/ }).count(), 0)
})

test('missing batches are marked and said, can be left, and are skipped', async () => {
  await show(sessions.hole, '?t=17')
  await shows(page, 'Second 10.')
  await said('15 sec missing here. These events never reached the server.')
  await clean('light', 'standing in a gap')
  await goOn()
  await shows(page, 'Second 25.')
  assert.equal(await page.getByRole('status').getByText('missing here').count(), 0)

  await slider().focus()
  await page.keyboard.press('Tab')
  assert.ok(await onTimeline('15 sec missing here').evaluate((element) => element === document.activeElement), 'the gap is next to the slider')
  await page.getByRole('tooltip').getByText('never reached the server').waitFor()
  await clean('dark', 'the words of a gap on the timeline')
  await inList(/15 sec missing here/).click()
  await said('15 sec missing here.')
  await shows(page, 'Second 10.')

  await seek(page, 9.2)
  await shows(page, 'Second 9.')
  await play()
  await said('Skipped 15 sec that never reached the server')
  await shows(page, /Second (2[5-9]|3\d)\./)
})

test('a damaged block is marked and said, and everything around it plays', async () => {
  await show(sessions.damaged, `?t=${damagedSeconds / 2}`)
  await said(/cannot be read: stored data is damaged/)
  await said('Run “afterimage verify” on the server')
  const gap = onTimeline(/cannot be read: stored data is damaged/)
  await gap.waitFor()
  await inList(/cannot be read/).waitFor()
  await clean('dark', 'standing in damage')
  const next = await goOn()
  await shows(page, new RegExp(`Second (${next}|${next + 1})\\.`))

  // Into it from before, so that what is around it is in one run.
  const from = await gap.evaluate((element) => (element.offsetLeft / element.parentElement.clientWidth)) * damagedSeconds
  assert.ok(next - from < 120, `from second ${from} to ${next}: only one block`)
  console.log(`damaged from second ${from.toFixed(1)} to ${next}`)
  const before = Math.floor(from) - 5
  await seek(page, before + 0.2)
  await shows(page, `Second ${before}.`)
  await faster('2×')
  await play()
  await said(/Skipped .* stored data is damaged/)
  await until('what comes after it plays', async () => Number((await shownText(page)).match(/Second (\d+)/)?.[1]) >= next)
  await play()
  for (const second of [before + 2, next + 4, before, next + 8, 20, damagedSeconds - 5]) {
    await seek(page, second + 0.3)
    await shows(page, `Second ${second}.`)
  }
})
