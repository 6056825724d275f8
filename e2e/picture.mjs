// Takes the picture of the player that the README shows: npm run picture -w e2e
import { mkdir } from 'node:fs/promises'

import { launch } from './lib/browser.mjs'
import { Server, until } from './lib/server.mjs'

const folder = new URL('../docs/images/', import.meta.url).pathname
await mkdir(folder, { recursive: true })
const server = await Server.start({ demo: true })
const browser = await launch()
try {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 850 }, deviceScaleFactor: 1.5 })
  const page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions**')
  await page.evaluate(() =>
    fetch('/api/v1/me', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'team@haru.example', password: 'a picture for the README' }),
    }),
  )
  const find = () => page.evaluate(() => fetch('/api/v1/sessions?project=demo&limit=50').then((answer) => answer.json()))
  const found = await until('a desktop session with an error and a complaint', async () =>
    (await find()).items.find((one) => one.counts.errors > 0 && one.counts.responses > 0 && one.device === 'desktop'),
  )
  const moments = await page.evaluate((id) => fetch(`/api/v1/sessions/${id}/moments?project=demo`).then((answer) => answer.json()), found.id)
  const error = moments.find((one) => one.kind === 'error')
  await page.goto(`${server.url}/p/demo/sessions/${found.id}?t=${((error.at - found.startedAt) / 1000 + 0.5).toFixed(1)}`)
  await until('the page is drawn', async () => {
    const drawn = page.frames().find((frame) => frame.parentFrame()?.url().includes('/player'))
    return (await drawn?.evaluate(() => document.body?.innerText ?? ''))?.includes('₩')
  })
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: `${folder}player.png` })
} finally {
  await browser.close()
  await server.stop()
}
