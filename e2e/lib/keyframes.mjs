// Proves in Chromium that what is shown from a keyframe is what is shown after playing from the start.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'

const here = new URL('.', import.meta.url).pathname
const replay = join(dirname(createRequire(import.meta.url).resolve('@rrweb/replay')), 'replay.js')
const files = {
  '/replay.js': replay,
  '/keyframes-page.js': join(here, 'keyframes-page.js'),
  '/keyframes-picture.js': join(here, 'keyframes-picture.js'),
}
const html = '<!doctype html><meta charset="utf-8"><title>Keyframes</title><body><script type="module" src="/keyframes-page.js"></script>'
// The documents of Replayer inherit it: what a recorded page names is loaded from nowhere, and so the
// same in every comparison.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data: blob:; frame-src blob: data:"

/** The page that compares. */
export class Comparer {
  /** Starts it in a browser. */
  static async start(browser) {
    const comparer = new Comparer()
    comparer.events = new Map()
    comparer.server = createServer((request, response) => void comparer.answer(request, response))
    await new Promise((done) => comparer.server.listen(0, '127.0.0.1', done))
    comparer.page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    await comparer.page.goto(`http://127.0.0.1:${comparer.server.address().port}/`)
    await comparer.page.waitForFunction(() => window.ready)
    return comparer
  }

  async answer({ url }, response) {
    const events = url.startsWith('/events/') && this.events.get(url.slice('/events/'.length))
    const path = files[url]
    if (events) return response.writeHead(200, { 'content-type': 'application/json' }).end(events)
    if (path) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(path))
    if (url === '/') return response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(html)
    return response.writeHead(404).end()
  }

  /** Takes a recording, as the JSON text of its events, to compare with from now on. */
  async record(text) {
    this.events.clear()
    this.events.set('whole', text)
    await this.page.evaluate(() => window.load('whole'))
  }

  /**
   * Compares at a time (unix ms, the events' own clock) what the recording shows with what a part of
   * it shows that begins with a keyframe. Answers {differences, own}, each [{path, a, b}]; own is where
   * Replayer has more than one picture itself, and the part shows one of them.
   */
  async compare(part, at, options = {}) {
    this.events.set('part', part)
    return this.page.evaluate(([at, options]) => window.compare('whole', 'part', at, options), [at, options])
  }

  async stop() {
    await this.page?.close()
    await new Promise((done) => this.server.close(done))
  }
}

/**
 * Random times at which a recording shows something: up to just after its last event, and never
 * between a page's Meta event and its full snapshot, where there is no picture. Half of them lie next
 * to an event, where most goes wrong.
 */
export function times(events, count, random) {
  const opening = events.filter(({ type }) => type === 2 || type === 4).sort((a, b) => a.timestamp - b.timestamp)
  const shows = (at) => opening.findLast(({ timestamp }) => timestamp < at)?.type === 2
  const stamps = events.map(({ timestamp }) => timestamp).sort((a, b) => a - b)
  const any = () => stamps[0] + Math.floor(random() * (stamps.at(-1) + 2 - stamps[0]))
  const near = () => stamps[Math.floor(random() * stamps.length)] + Math.floor(random() * 2)
  const found = []
  for (let tries = 0; found.length < count && tries < 100 * count; tries++) {
    const at = tries % 2 ? near() : any()
    if (shows(at)) found.push(at)
  }
  return found.sort((a, b) => a - b)
}

/** The first differences of a comparison, in lines. */
export function report(differences, most = 12) {
  const lines = differences.slice(0, most).map(({ path, a, b }) => `  ${path}\n    from the start: ${JSON.stringify(a)}\n    from the keyframe: ${JSON.stringify(b)}`)
  if (differences.length > most) lines.push(`  and ${differences.length - most} more`)
  return lines.join('\n')
}
