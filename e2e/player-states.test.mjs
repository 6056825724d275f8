// What a viewer is told where a recording cannot be shown, is not there or cannot be reached: words, and
// whatever else there is goes on playing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { launch } from './lib/browser.mjs'
import { imported, send } from './lib/fill.mjs'
import { Page, change, counting, opening } from './lib/recording.mjs'
import { Server, run, until } from './lib/server.mjs'
import { seek, shows } from './lib/watch.mjs'

const hourAgo = Date.now() - 3600_000

let folder, server, browser, context, page, project, key
const sessions = {}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
  const error = { type: 5, timestamp: hourAgo + 700, data: { tag: 'afterimage.error', payload: { kind: 'error', type: 'TypeError', message: 'x is null', stack: '' } } }
  sessions.pictureless = await imported(folder, 'pictureless', [change(hourAgo, 1, { positions: [{ x: 1, y: 1, id: 4, timeOffset: 0 }] }), error, change(hourAgo + 5000, 3, { id: 1, x: 0, y: 100 })])
  sessions.long = await imported(folder, 'long', counting({ at: hourAgo, seconds: 600 }))
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

test('an erased session is told from one that never was', async () => {
  const [session, tab] = [randomUUID(), randomUUID()]
  await send(server, key, { session, tab, seq: 0, events: [...counting({ at: Date.now() - 5000, seconds: 4 })] })
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

test('each browser tab of a session can be watched', async () => {
  const [session, first, second] = [randomUUID(), randomUUID(), randomUUID()]
  const began = Date.now() - 20_000
  const words = (text) => {
    const one = new Page()
    return one.document([], [one.element('h1', {}, one.text(text))])
  }
  await send(server, key, { session, tab: first, seq: 0, events: [...opening(began, words('The first tab')), change(began + 9000, 3, { id: 1, x: 0, y: 0 })] })
  await send(server, key, { session, tab: second, seq: 0, events: [...opening(began + 4000, words('The second tab')), change(began + 9000, 3, { id: 1, x: 0, y: 0 })] })
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
