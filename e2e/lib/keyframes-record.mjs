// Records the feature pages: serves them, and lets them run in a browser under a moving pointer.
import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { seeded } from '../pages/seeded.js'
import { until } from './server.mjs'

const pages = new URL('../pages/', import.meta.url).pathname
const rrweb = join(dirname(createRequire(import.meta.url).resolve('@rrweb/record')), 'record.umd.min.cjs')
const ours = new URL('../../recorder-js/dist/afterimage.js', import.meta.url).pathname
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' }

/** The names of all feature pages. */
export async function pageNames() {
  const names = (await readdir(pages)).filter((name) => name.endsWith('.html') && !name.startsWith('inner'))
  return names.map((name) => name.slice(0, -'.html'.length)).sort()
}

/** Records one feature page with a seed, or one that follows from it, and gives its events. */
export async function record(browser, name, seed) {
  // A page may write itself over so early that the recorder goes with it: the page that does so at random, every other time.
  for (let tries = 0; tries < 20; tries++) {
    const events = await recordOnce(browser, name, seed + 1000 * tries)
    if (events.filter(({ type }) => type === 3).length >= 20) return events
  }
  throw new Error(`${name}: too little was recorded`)
}

async function recordOnce(browser, name, seed) {
  const sent = []
  const server = createServer((request, response) => void answer(request, response, sent))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const context = await browser.newContext({ viewport: { width: 900, height: 600 }, hasTouch: name === 'touch' })
  try {
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/pages/${name}.html?seed=${seed}`)
    await move(page, seeded(seed))
    return JSON.parse(await page.evaluate(() => window.recorded))
  } finally {
    await context.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

/** Moves, clicks and scrolls as a person would, until the page has its recording. */
async function move(page, random) {
  const at = () => [Math.floor(random() * 880) + 5, Math.floor(random() * 580) + 5]
  const failed = await until(
    'the page is recorded',
    async () => {
      await page.mouse.move(...at(), { steps: 3 })
      if (random() < 0.2) await page.mouse.click(...at())
      if (random() < 0.15) await page.mouse.wheel(0, Math.floor(random() * 300) - 100)
      if (random() < 0.05) await page.setViewportSize({ width: 700 + Math.floor(random() * 300), height: 600 })
      return page.evaluate(() => window.failed ?? (window.recorded && 'no'))
    },
    { withinMs: 20_000, everyMs: 40 },
  )
  if (failed !== 'no') throw new Error(`${page.url()}: ${failed}`)
}

async function answer(request, response, sent) {
  const { pathname } = new URL(request.url, 'http://page')
  if (pathname.startsWith('/ingest/')) return take(request, response, sent)
  if (pathname === '/sent') return response.end(JSON.stringify(sent))
  const file = { '/record.js': rrweb, '/afterimage.js': ours }[pathname] ?? (/^\/pages\/[a-z-]+\.(html|css|js)$/.test(pathname) && join(pages, pathname.slice('/pages/'.length)))
  const bytes = file && (await readFile(file).catch(() => null))
  if (!bytes) return response.writeHead(404).end()
  return response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/javascript' }).end(bytes)
}

/** Takes a batch as a server of ours would. */
async function take(request, response, sent) {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts)
  const { events } = JSON.parse(body[0] === 0x1f ? gunzipSync(body) : body)
  sent.push(...events)
  return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}
