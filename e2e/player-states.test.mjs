// What a viewer is told where a recording is not whole, not there or cannot be reached: words, and
// whatever else there is goes on playing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { launch } from './lib/browser.mjs'
import { Page, change, counting, opening } from './lib/recording.mjs'
import { Server, run, until } from './lib/server.mjs'
import { seek, shownText, shows } from './lib/watch.mjs'

const hourAgo = Date.now() - 3600_000
const damagedSeconds = 300

let folder, server, browser, context, page, project, key
const sessions = {}

async function recorded(name, events) {
  const file = join(folder, `${name}.json`)
  await writeFile(file, JSON.stringify([...events]))
  const { code, out, err } = await run('import', '--data', join(folder, 'data'), '--json', file)
  assert.equal(code, 0, err)
  sessions[name] = JSON.parse(out).session
}

/** Flips one bit in the middle of the largest object. */
async function damage() {
  const objects = join(folder, 'data', 'objects')
  const files = await Promise.all(
    (await readdir(objects, { recursive: true })).map(async (name) => ({ path: join(objects, name), size: (await stat(join(objects, name))).size })),
  )
  const { path, size } = files.sort((a, b) => b.size - a.size)[0]
  const object = await open(path, 'r+')
  const at = Math.floor(size / 2)
  const { buffer } = await object.read(Buffer.alloc(1), 0, 1, at)
  await object.write(Buffer.from([buffer[0] ^ 1]), 0, 1, at)
  await object.close()
}

/** Sends a batch as the recorder does. */
async function send(session, tab, seq, events) {
  const answer = await fetch(`${server.url}/ingest/v1/${key}/${session}/${tab}/${seq}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ secret: '0123456789abcdef0123456789abcdef', sentAt: Date.now(), events }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
  const error = { type: 5, timestamp: hourAgo + 700, data: { tag: 'afterimage.error', payload: { kind: 'error', type: 'TypeError', message: 'x is null', stack: '' } } }
  await recorded('pictureless', [change(hourAgo, 1, { positions: [{ x: 1, y: 1, id: 4, timeOffset: 0 }] }), error, change(hourAgo + 5000, 3, { id: 1, x: 0, y: 100 })])
  await recorded('damaged', counting({ at: hourAgo, seconds: damagedSeconds, everyMs: 500, noiseBytes: 8000, snapshotMs: 20_000 }))
  await recorded('long', counting({ at: hourAgo, seconds: 600 }))
  await damage()
  key = (await run('project', 'key', '--data', join(folder, 'data'))).out.trim()
  server = await Server.start({ folder: join(folder, 'data') })
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
const told = (words) => page.getByRole('alert').getByText(words).waitFor()

test('a session without any full snapshot says so, and lists what happened', async () => {
  await show(sessions.pictureless)
  await told('This tab cannot be played')
  await page.getByRole('button', { name: /TypeError/ }).last().waitFor()
})

test('batches that never came leave a gap that says how long it is', async () => {
  const [session, tab] = [randomUUID(), randomUUID()]
  const events = [...counting({ at: Date.now() - 60_000, seconds: 40 })]
  const began = events[0].timestamp
  const between = (from, to) => events.filter(({ timestamp }) => timestamp >= began + from * 1000 && timestamp < began + to * 1000)
  await send(session, tab, 0, between(0, 5))
  await send(session, tab, 1, between(5, 10.5))
  await send(session, tab, 3, between(25, 40))
  await show(session, '?t=17')
  await shows(page, 'Second 10.')
  await page.getByRole('status').getByText('15 sec missing here. These events never reached the server.').waitFor()
  await page.getByRole('img', { name: '15 sec missing here' }).waitFor()
  await seek(page, 30.5)
  await shows(page, 'Second 30.')
  assert.equal(await page.getByText('missing here.').count(), 0)
})

test('an erased session is told from one that never was', async () => {
  const [session, tab] = [randomUUID(), randomUUID()]
  await send(session, tab, 0, [...counting({ at: Date.now() - 5000, seconds: 4 })])
  await show(session, '?t=2.5')
  await shows(page, 'Second 2.')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Erase this session' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Erase' }).click()
  await page.waitForURL('**/sessions')
  await show(session)
  await told('This session was erased')
  await show(randomUUID())
  await told('No such session')
})

test('damaged bytes are told, and everything before and after them plays', async () => {
  await show(sessions.damaged, `?t=${damagedSeconds / 2}`)
  await told('Stored bytes are damaged')
  await page.getByRole('button', { name: 'Go on after it' }).click()
  const after = await shows(page, /Second (1[5-9]\d|2\d\d)\./)
  console.log(`goes on with ${after.match(/Second \d+/)[0].toLowerCase()} of ${damagedSeconds}`)
  await seek(page, 20.5)
  await shows(page, 'Second 20.')
  await page.getByRole('button', { name: /^Speed/ }).click()
  await page.getByRole('menuitem', { name: '16×' }).click()
  await page.getByRole('button', { name: 'Play', exact: true }).last().click()
  await told('Stored bytes are damaged')
  const reached = Number((await shownText(page)).match(/Second (\d+)/)[1])
  console.log(`plays up to second ${reached}`)
  assert.ok(reached > 60, 'what is whole is played')
})

test('each browser tab of a session can be watched', async () => {
  const [session, first, second] = [randomUUID(), randomUUID(), randomUUID()]
  const began = Date.now() - 20_000
  const words = (text) => {
    const one = new Page()
    return one.document([], [one.element('h1', {}, one.text(text))])
  }
  await send(session, first, 0, [...opening(began, words('The first tab')), change(began + 9000, 3, { id: 1, x: 0, y: 0 })])
  await send(session, second, 0, [...opening(began + 4000, words('The second tab')), change(began + 9000, 3, { id: 1, x: 0, y: 0 })])
  await show(session, '?t=6')
  await shows(page, 'The first tab')
  await page.getByRole('combobox', { name: 'Browser tabs of this session' }).click()
  await page.getByRole('option', { name: 'Tab 2' }).click()
  await shows(page, 'The second tab')
  await page.waitForURL(`**tab=${second}**`)
  await page.reload()
  await shows(page, 'The second tab')
})

test('without a connection it says so, plays what it has, and goes on by itself', async () => {
  await show(sessions.long, '?t=5.5')
  await shows(page, 'Second 5.')
  await context.setOffline(true)
  await page.getByText('No connection to the server.').waitFor()
  await seek(page, 12.5)
  await shows(page, 'Second 12.')
  await seek(page, 500.5)
  await told('The server does not answer')
  await context.setOffline(false)
  await shows(page, 'Second 500.')
  await until('nothing is complained about', async () => (await page.getByText(/does not answer|No connection/).count()) === 0)
})

test('while paused, the picture is stepped through change by change', async () => {
  await show(sessions.long, '?t=12.5')
  await shows(page, 'Second 12.')
  for (const [key, words] of [['.', 'Second 13.'], ['.', 'Second 14.'], [',', 'Second 13.'], [',', 'Second 12.']]) {
    await page.keyboard.press(key)
    await shows(page, words)
  }
})
