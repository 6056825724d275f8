// Every view, light and dark, as axe sees it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { violations } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { Server, until } from './lib/server.mjs'

const viewport = { width: 1440, height: 900 }
// What moves is looked at standing still: half-way through, colours are neither old nor new.
const looks = (colorScheme) => ({ locale: 'en-US', viewport, colorScheme, reducedMotion: 'reduce' })

let server, browser, signedIn

before(async () => {
  server = await Server.start({ demo: true })
  browser = await launch()
  const context = await browser.newContext(looks('light'))
  const page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/p/demo/sessions')
  await until('recorded sessions are listed', async () => (await page.locator('[data-session]').count()) >= 12, { withinMs: 20_000 })
  signedIn = await context.storageState()
  await context.close()
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

async function clean(page, what) {
  assert.deepEqual(await violations(page), [], what)
}

async function openWorst(page) {
  await page.goto(`${server.url}/p/demo/sessions?q=error:TypeError`)
  await page.locator('[data-session]').first().click()
  await page.locator('iframe[data-shown]').waitFor({ timeout: 20_000 })
  await page.getByRole('list', { name: 'Events', exact: true }).getByRole('listitem').first().waitFor()
}

const views = {
  async sessions(page) {
    await page.goto(`${server.url}/p/demo/sessions?q=error:TypeError`)
    await page.locator('[data-session] mark').first().waitFor()
    await clean(page, 'what was found')
    await page.goto(`${server.url}/p/demo/sessions?q=nosuchword`)
    await page.getByText('No session matches').waitFor()
    await clean(page, 'nothing found')
  },
  async player(page) {
    await openWorst(page)
    for (const tab of ['Events', 'Console', 'Network', 'Errors', 'Responses', 'User']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('tabpanel', { name: tab }).waitFor()
      await clean(page, tab)
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Next change of the picture').waitFor()
    await clean(page, 'the list of shortcuts')
  },
  async feedback(page) {
    await page.goto(`${server.url}/p/demo/feedback`)
    await page.getByRole('list', { name: 'Responses' }).getByRole('listitem').first().waitFor()
    await clean(page, 'complaints')
  },
  async settings(page) {
    await page.goto(`${server.url}/p/demo/settings`)
    await page.getByRole('heading', { name: 'API tokens' }).waitFor()
    await clean(page, 'all sections')
  },
  async 'sign-in'(page) {
    await page.context().clearCookies()
    await page.goto(`${server.url}/login`)
    await page.getByLabel('E-mail').fill('nobody@example.com')
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('E-mail or password is not right.').waitFor()
    await clean(page, 'refused')
  },
}

for (const scheme of ['light', 'dark']) {
  for (const [name, look] of Object.entries(views)) {
    test(`${name} in ${scheme} has nothing that axe objects to`, async () => {
      const context = await browser.newContext({ ...looks(scheme), storageState: signedIn })
      try {
        await look(await context.newPage())
      } finally {
        await context.close()
      }
    })
  }
}
