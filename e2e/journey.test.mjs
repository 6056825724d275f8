// The whole path: a person clicks about in the shop, the team finds the session and watches it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { launch } from './lib/browser.mjs'
import { Server, until } from './lib/server.mjs'

let server, browser, shop, team

before(async () => {
  server = await Server.start({ demo: true })
  browser = await launch()
  const visitor = await browser.newContext({ locale: 'en-US', viewport: { width: 1200, height: 800 } })
  const member = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  shop = await visitor.newPage()
  team = await member.newPage()
  await team.goto(await server.signInLink())
  await team.waitForURL('**/sessions**')
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

/** The frame in which the recorded page is drawn: the one inside the player's document. */
const drawn = () => team.frames().find((frame) => frame.parentFrame()?.url().includes('/player'))

/** What the recorded page shows now. */
async function shownText() {
  const text = await drawn()?.evaluate(() => document.body?.innerText ?? '')
  return (text ?? '').replace(/\s+/g, ' ').trim()
}

const shows = (words, withinMs = 20_000) => until(`the player shows "${words}"`, async () => (await shownText()).includes(words), { withinMs })

/** The sessions in the list, newest first. */
const listed = () => team.locator('[data-session]').evaluateAll((rows) => rows.map((row) => row.dataset.session))

let session

test('the list is not empty at the first look', async () => {
  await team.goto(`${server.url}/p/demo/sessions`)
  const ids = await until('recorded sessions are listed', async () => {
    const found = await listed()
    return found.length >= 12 && found
  }, { withinMs: 20_000 })
  assert.equal(new Set(ids).size, ids.length)
})

test('a new session is listed within two seconds', async () => {
  const before = new Set(await listed())
  await shop.goto(`${server.url}/demo/`)
  await shop.locator('article a').first().waitFor()
  const began = Date.now()
  await shop.mouse.click(300, 300)
  session = await until('the new session is listed', async () => (await listed()).find((id) => !before.has(id)), { withinMs: 2000, everyMs: 20 })
  console.log(`listed after ${Date.now() - began} ms`)
})

test('it is watched while it goes on', async () => {
  await team.locator(`[data-session="${session}"]`).click()
  await shows('Clay')
  await shop.goto(`${server.url}/demo/products/clay-mug`)
  await shop.locator('.details .main').click()
  await shop.goto(`${server.url}/demo/cart`)
  await shop.locator('.summary').waitFor()
  await shows('Clay mug', 30_000)
  await until('the cart is followed', async () => (await shownText()).includes('Subtotal'), { withinMs: 30_000 })
})

let atError

test('an error is thrown and told', async () => {
  await shop.locator('.coupon input').fill('SPRING')
  await shop.locator('.coupon .quiet').click()
  await team.getByRole('tab', { name: /^Errors/ }).click()
  const told = team.getByRole('button', { name: /TypeError/ }).first()
  await told.waitFor({ timeout: 20_000 })
  await shop.goto(`${server.url}/demo/checkout`)
  await shop.locator('form').first().waitFor()
  await shop.close()
})

test('it is watched after the end: seeking to the error shows the page as it was', async () => {
  await team.goto(`${server.url}/p/demo/sessions/${session}`)
  await team.getByRole('tab', { name: /^Errors/ }).click()
  await team.getByRole('button', { name: /TypeError/ }).first().click()
  await shows('Subtotal')
  const pause = team.getByRole('button', { name: 'Pause' })
  if (await pause.count()) await pause.first().click()
  atError = await shownText()
  assert.match(atError, /Clay mug/)
  assert.doesNotMatch(atError, /SPRING/, 'what was typed must not be recorded')
})

test('a reload of the moment shows the same', async () => {
  const url = await until('the URL tells the time', () => (/[?&]t=\d/.test(team.url()) ? team.url() : null))
  await team.goto('about:blank')
  await team.goto(url)
  await shows('Subtotal')
  assert.equal(await until('the same page is shown', async () => (await shownText()) === atError && atError), atError)
})

test('it is found by the error', async () => {
  await team.goto(`${server.url}/p/demo/sessions?q=${encodeURIComponent('TypeError discount')}`)
  await until('the session is found', async () => (await listed()).includes(session))
})

test('started again, it has everything', async () => {
  const folder = server.folder
  server.ownFolder = false
  assert.equal(await server.stop(), 0)
  server = await Server.start({ demo: true, folder })
  server.ownFolder = true
  const response = await fetch(`${server.url}/healthz`)
  assert.equal(response.status, 200)
  await team.goto(await server.signInLink())
  await team.waitForURL('**/sessions**')
  await team.goto(`${server.url}/p/demo/sessions`)
  await until('the session is listed', async () => (await listed()).includes(session))
  const ids = await listed()
  assert.equal(new Set(ids).size, ids.length, 'the demo sessions are loaded once')
})
