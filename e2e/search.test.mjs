// A session that went wrong is found by one line, kept as a saved search, and found again: completion,
// signals, typos, tags, export and a query that cannot be understood.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'

import { violations } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { send } from './lib/fill.mjs'
import { Page, change, opening } from './lib/recording.mjs'
import { Server, until } from './lib/server.mjs'

const oneLine = 'has:rage error.type:TypeError complaint:결제 -country:*'

let server, browser, page, project, angry

const custom = (at, tag, payload) => ({ type: 5, timestamp: at, data: { tag: `afterimage.${tag}`, payload } })

/** Somebody clicks "결제" again and again; it throws, and nothing else happens. Then they say so. */
function unhappy(at) {
  const doc = new Page()
  const pay = doc.element('button', { id: 'pay' }, doc.text('결제'))
  const press = (now) => [1, 0, 2].map((type, i) => change(now + i, 2, { type, id: pay.id, x: 100, y: 100 }))
  return [
    ...opening(at, doc.document([doc.element('title', {}, doc.text('주문'))], [pay]), 'https://shop.example.com/checkout'),
    custom(at + 10, 'page', { url: 'https://shop.example.com/checkout', title: '주문' }),
    ...[3000, 3200, 3400, 3600].flatMap((ms) => press(at + ms)),
    custom(at + 3700, 'error', { kind: 'error', type: 'TypeError', message: 'coupon is undefined' }),
    custom(at + 9000, 'response', { id: randomUUID(), kind: 'nps', survey: '구매 만족도', score: 1, text: '결제 버튼이 안 눌려요' }),
    change(at + 12_000, 1, { positions: [{ x: 10, y: 10, id: pay.id, timeOffset: 0 }] }),
  ]
}

/** Somebody reads a page, and that is all. */
function content(at) {
  const doc = new Page()
  return [...opening(at, doc.document([], [doc.element('h1', {}, doc.text('Hello'))]), 'https://shop.example.com/about'), custom(at + 10, 'page', { url: 'https://shop.example.com/about', title: 'About' })]
}

const field = () => page.getByRole('combobox', { name: 'Search sessions' })
const listed = () => page.locator('[data-session]').evaluateAll((rows) => rows.map((row) => row.dataset.session))
const options = () => page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option')
const savedButton = (name = 'Saved searches') => page.getByRole('button', { name, exact: true })
const search = (q) => page.goto(`${server.url}/p/${project}/sessions?${new URLSearchParams({ q })}`)

/** Waits until the list holds the session alone. */
const onlyAngry = (what) => until(what, async () => (await listed()).join() === angry, { withinMs: 15_000 })

/** Waits until one thing alone is offered, so that the arrow key means it. */
const offered = (text) => until(`${text} is offered`, async () => (await options().allInnerTexts()).map((words) => words.split('\n')[0]).join() === text)

async function clean(colorScheme, what) {
  await page.emulateMedia({ colorScheme })
  assert.deepEqual(await violations(page), [], what)
}

before(async () => {
  server = await Server.start()
  browser = await launch()
  const context = await browser.newContext({ locale: 'en-US', timezoneId: 'Asia/Seoul', reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions')
  project = new URL(page.url()).pathname.split('/')[2]
  const { items } = await (await page.request.get(`${server.url}/api/v1/projects`)).json()
  const key = items.find(({ id }) => id === project).publicKey
  angry = randomUUID()
  const at = Date.now() - 60_000
  await send(server, key, { session: randomUUID(), tab: randomUUID(), seq: 0, events: content(at) })
  await send(server, key, { session: angry, tab: randomUUID(), seq: 0, events: unhappy(at) })
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

test('one line finds it: rage click, type of the error, words of the complaint, no country', async () => {
  await search(oneLine)
  await onlyAngry('it is found')
  const row = page.locator('[data-session]')
  await row.getByRole('img', { name: '1 rage click' }).waitFor()
  await row.locator('mark', { hasText: '결제' }).waitFor()
  await page.getByRole('group', { name: 'What happened' }).getByRole('button', { name: /^Rage click/, pressed: true }).waitFor()
})

test('completion writes a filter by the keyboard alone', async () => {
  await page.goto(`${server.url}/p/${project}/sessions`)
  await page.locator('[data-session]').nth(1).waitFor()
  await page.keyboard.press('/')
  await options().nth(10).waitFor()
  await clean('light', 'keys are offered')
  await page.keyboard.type('error.t')
  await offered('error.type:')
  await page.keyboard.press('ArrowDown')
  const active = await field().getAttribute('aria-activedescendant')
  assert.equal(active, await options().and(page.locator('[aria-selected="true"]')).getAttribute('id'), 'readers are told of the option')
  await page.keyboard.press('Tab')
  await offered('TypeError')
  await page.keyboard.press('ArrowDown')
  await clean('dark', 'a value is chosen')
  await page.keyboard.press('Enter')
  assert.equal(await field().inputValue(), 'error.type:TypeError ')
  await page.keyboard.press('Escape')
  await onlyAngry('it is found while typing')
  await page.keyboard.press('Enter')
  assert.equal(new URL(page.url()).searchParams.get('q'), 'error.type:TypeError')
})

test('a search is saved, opened again after a reload, with how many it finds', async () => {
  await search(oneLine)
  await onlyAngry('it is found')
  await savedButton().click()
  await page.getByText('No saved searches yet').waitFor()
  await clean('dark', 'nothing is saved')
  await page.getByLabel('Save this search').fill('결제에 화난 사람')
  await page.keyboard.press('Enter')
  await savedButton('Saved searches: 결제에 화난 사람').waitFor()

  await page.goto(`${server.url}/p/${project}/sessions`)
  await page.reload()
  await savedButton().click()
  const row = page.getByRole('list', { name: 'Saved searches' }).getByRole('listitem')
  await row.getByRole('img', { name: '1 session', exact: true }).waitFor()
  await clean('light', 'one is saved')
  await row.getByRole('link', { name: '결제에 화난 사람' }).click()
  await onlyAngry('it is opened')
  assert.equal(await field().inputValue(), oneLine)
})

test('it is renamed, deleted, and taken back', async () => {
  await savedButton('Saved searches: 결제에 화난 사람').click()
  await page.getByRole('button', { name: 'Rename “결제에 화난 사람”' }).click()
  await page.getByRole('textbox', { name: 'Rename “결제에 화난 사람”' }).fill('Angry at paying')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete “Angry at paying”' }).click()
  await page.getByText('No saved searches yet').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await savedButton().click()
  await page.getByRole('list', { name: 'Saved searches' }).getByRole('link', { name: 'Angry at paying' }).waitFor()
})

test('who may only look opens saved searches, and is offered no change', async () => {
  await page.route('**/api/v1/me', async (route) => {
    const answer = await (await route.fetch()).json()
    await route.fulfill({ json: { ...answer, user: { ...answer.user, role: 'viewer' } } })
  })
  await search('has:rage')
  await onlyAngry('it is found')
  await savedButton().click()
  await page.getByRole('list', { name: 'Saved searches' }).getByRole('link', { name: 'Angry at paying' }).waitFor()
  for (const name of [/^Rename/, /^Delete/, 'Save']) assert.equal(await page.getByRole('dialog').getByRole('button', { name }).count(), 0)
  await page.unroute('**/api/v1/me')
})

test('a typo finds it, and the list says so', async () => {
  await search('결재')
  await onlyAngry('similar words are found')
  await page.getByRole('status').getByText('Nothing has exactly “결재”; showing sessions with similar words.').waitFor()
  await page.locator('[data-session] mark', { hasText: '결제' }).waitFor()
  await clean('dark', 'similar words')
})

test('it is in the export', async () => {
  await search(oneLine)
  await onlyAngry('it is found')
  for (const [format, name] of [['csv', /^CSV/], ['ndjson', /^NDJSON/]]) {
    await page.getByRole('button', { name: 'Export' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name }).click()
    const file = await download
    assert.match(file.suggestedFilename(), new RegExp(`\\.${format}$`))
    const lines = (await text(file)).trim().split('\n')
    assert.ok(lines.some((line) => line.includes(angry)), lines.join('\n'))
    assert.equal(lines.length, format === 'csv' ? 2 : 1)
  }
})

async function text(download) {
  const stream = await download.createReadStream()
  let all = ''
  for await (const part of stream.setEncoding('utf8')) all += part
  return all
}

test('what cannot be understood is underlined, and said in the language of the app', async () => {
  await search('결제 browzer:Chrome')
  await page.getByRole('alert').getByText('There is no filter “browzer”. Did you mean browser:?').waitFor()
  await clean('light', 'refused')
  await page.evaluate(() => localStorage.setItem('afterimage.language', 'ko'))
  await page.reload()
  await page.getByRole('alert').getByText('“browzer” 필터는 없어요. browser:를 찾으셨나요?').waitFor()
  await page.evaluate(() => localStorage.setItem('afterimage.language', 'en'))
})

test('the player stops at the rage click; a tag given there finds the session', async () => {
  await page.goto(`${server.url}/p/${project}/sessions/${angry}`)
  await page.locator('iframe[data-shown]').waitFor({ timeout: 20_000 })
  await page.getByRole('list', { name: 'Events', exact: true }).getByRole('button', { name: /Rage click 4× “결제”/ }).waitFor()
  await page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: /Rage click/ }).waitFor()
  await page.getByRole('slider', { name: 'Position' }).fill('1000')
  await page.getByRole('button', { name: 'Next moment' }).click()
  const stop = await until('it stops at the rage click', async () => {
    const at = Number(await page.getByRole('slider', { name: 'Position' }).inputValue())
    return at > 1500 && at
  })
  assert.ok(stop > 2000 && stop < 3200, `it stopped at ${stop} ms`)
  await page.getByRole('button', { name: 'Add tags' }).click()
  await page.getByRole('combobox', { name: 'Tags' }).fill('결제 장애')
  await page.keyboard.press('Enter')
  await clean('dark', 'a tag is given')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await page.getByRole('group', { name: 'Tags' }).getByText('결제 장애').waitFor()
  await search('tag:"결제 장애"')
  await onlyAngry('it is found by its tag')
})

test('the index says that it is up to date, and can be made anew', async () => {
  await page.goto(`${server.url}/p/${project}/settings#index`)
  const section = page.getByRole('region', { name: 'Search index' })
  await section.getByText('Every session is searchable as it is now.').waitFor({ timeout: 15_000 })
  await section.getByRole('button', { name: 'Rebuild the index' }).click()
  await section.getByText('Last rebuilt').waitFor({ timeout: 15_000 })
  await clean('light', 'it was rebuilt')
  await search(oneLine)
  await onlyAngry('it is found in the new index')
})
