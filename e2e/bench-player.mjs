// Measures the player in Chromium on the sessions that `afterimage bench play --keep FOLDER` left: how soon
// it shows a picture at 5/6 of a session, against a plain player that loads all of it as one gzip JSON, and what
// it holds after playing all over it. Ours is opened with all of the web app around it, the plain one is a page of
// nothing else: so the time counts both from opening the page and from asking for the first events. No test: `make bench` runs it, `node bench-player.mjs FOLDER` alone.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { launch } from './lib/browser.mjs'
import { Server, until } from './lib/server.mjs'
import { drawn, seek } from './lib/watch.mjs'

/** Where the picture is asked for: minute 50 of an hour. */
const late = 5 / 6
/** How often each picture is made; the median counts. A plain player's large ones are made once. */
const tries = 5
const plainBytesMaxOften = 20e6
/** A plain player that takes longer has failed. */
const plainWithinMs = 180_000
/** Places from which is played, evenly over the session, for playSeconds each at the speed below. */
const places = 12
const playSeconds = 3
const speed = '16×'

const folder = process.argv[2]
if (!folder) {
  console.error('Name the folder that `afterimage bench play --keep FOLDER` made.')
  process.exit(2)
}
const sessions = JSON.parse(await readFile(join(folder, 'played.json'), 'utf8')).sort((a, b) => a.rawBytes - b.rawBytes)

/** The median of one figure of pictures. */
const median = (pictures, figure) => pictures.map((one) => one[figure]).sort((a, b) => a - b)[Math.floor((pictures.length - 1) / 2)]

/** The plain player's page, its library, and each session whole. */
async function plainServer() {
  const replay = dirname(createRequire(import.meta.url).resolve('@rrweb/replay'))
  const [script, style] = await Promise.all(['replay.umd.min.cjs', 'style.min.css'].map((name) => readFile(join(replay, name), 'utf8')))
  const page = `<!doctype html><meta charset="utf-8"><style>${style}</style><body><div id="root"></div><script src="/replay.js"></script><script type="module">
    const { name, at } = Object.fromEntries(new URLSearchParams(location.search))
    const events = JSON.parse(await (await fetch('/' + name + '.json')).text())
    const replayer = new rrweb.Replayer(events, { root: document.getElementById('root'), showWarning: false, triggerFocus: false })
    replayer.pause(Number(at) * 1000)
    window.replayer = replayer // which is held, as a player with buttons would
  </script>`
  const server = createServer((request, answer) => {
    const path = new URL(request.url, 'http://localhost').pathname
    if (path === '/') return answer.setHeader('content-type', 'text/html').end(page)
    if (path === '/replay.js') return answer.setHeader('content-type', 'text/javascript').end(`${script};window.rrweb ??= window.rrwebReplay`)
    const session = sessions.find((one) => path === `/${one.session}.json`)
    if (!session) return answer.writeHead(404).end()
    answer.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    createReadStream(join(folder, `${session.session}.json.gz`)).pipe(answer)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

/** Goes to an address and returns how long it took until the recorded page was painted in the frame that find gives, and its text. */
async function firstPicture(page, url, find, withinMs = 60_000) {
  let crashed = false
  const crash = () => (crashed = true)
  page.on('crash', crash)
  let asked
  const asks = (request) => (asked ??= /\/events\?|\.json$/.test(request.url()) ? performance.now() : undefined)
  page.on('request', asks)
  const began = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  try {
    const text = await until(`a picture in ${url}`, async () => {
      if (crashed) return 'crashed'
      const frame = find(page)
      const text = await frame?.evaluate(() => document.body?.innerText.trim())
      // The recorded page runs no scripts: the document around it says when it was painted.
      if (text) await frame.parentFrame().evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))))
      return text
    }, { withinMs, everyMs: 5 })
    if (crashed) throw new Error('the tab crashed')
    return { ms: performance.now() - began, askedMs: performance.now() - asked, text }
  } finally {
    page.off('request', asks)
    page.off('crash', crash)
  }
}

const plainFrame = (page) => page.frames().find((frame) => frame !== page.mainFrame())

/** What the page's heap is without garbage, in MB. */
async function heapMB(page) {
  const debug = await page.context().newCDPSession(page)
  try {
    await debug.send('HeapProfiler.collectGarbage')
    await debug.send('Performance.enable')
    const { metrics } = await debug.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6
  } finally {
    await debug.detach()
  }
}

/** Plays for a while from places all over the session, and returns the heap after it. */
async function playAllOver(page, seconds) {
  await page.getByRole('button', { name: /^Speed/ }).click()
  await page.getByRole('menuitem', { name: speed }).click()
  await seek(page, 0)
  await page.getByRole('button', { name: 'Play', exact: true }).last().click()
  const position = async () => Number(await page.getByRole('slider', { name: 'Position' }).inputValue()) / 1000
  for (let i = 0; i < places; i++) {
    const from = (seconds * i) / places
    await seek(page, from)
    const to = Math.min(from + playSeconds * Number.parseInt(speed, 10), seconds - 2)
    await until(`it plays from ${from.toFixed(0)} s`, async () => (await position()) >= to, { withinMs: 60_000, everyMs: 100 })
  }
  return heapMB(page)
}

async function measured(context, server, plain, project, session) {
  const at = Math.floor(session.seconds * late)
  const ours = []
  let text
  for (let i = 0; i < tries; i++) {
    const page = await context.newPage()
    const picture = await firstPicture(page, `${server.url}/p/${project}/sessions/${session.id}?t=${at}`, drawn)
    ours.push(picture)
    text = picture.text
    await page.close()
  }
  const page = await context.newPage()
  await firstPicture(page, `${server.url}/p/${project}/sessions/${session.id}?t=${at}`, drawn)
  const heap = await playAllOver(page, session.seconds)
  await page.close()

  const others = []
  let failed, plainHeap, same
  for (let i = 0; i < (session.plain.bytes < plainBytesMaxOften ? tries : 1); i++) {
    const page = await context.newPage()
    try {
      const picture = await firstPicture(page, `${plain.url}/?name=${session.session}&at=${at}`, plainFrame, plainWithinMs)
      others.push(picture)
      same = picture.text === text
      plainHeap = await heapMB(page)
    } catch (error) {
      failed = error.message.split('\n')[0]
    }
    await page.close()
  }
  const times = (figure) => [median(ours, figure), failed ? null : median(others, figure)]
  return { opened: times('ms'), asked: times('askedMs'), heaps: [heap, plainHeap], failed, same }
}

function row(session, { opened, asked, heaps, failed, same }) {
  const ms = ([ours, plain]) => [`${ours.toFixed(0)} ms`, plain === null ? failed : `${plain.toFixed(0)} ms`, plain === null ? '' : `${(plain / ours).toFixed(1)} ×`]
  const cells = [session.session, `${(session.rawBytes / 1e6).toFixed(0)} MB`, `${(session.seconds / 60).toFixed(0)} min`, ...ms(opened), ...ms(asked),
    `${heaps[0].toFixed(1)} MB`, failed ? '' : `${heaps[1].toFixed(1)} MB`]
  return `| ${cells.join(' | ')} |${same === false ? ' (the two show other texts)' : ''}`
}

const server = await Server.start({ folder: join(folder, 'data') })
const plain = await plainServer()
const browser = await launch()
try {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions**')
  const project = new URL(page.url()).pathname.split('/')[2]
  console.log('First picture at 5/6 of a session, from opening the page, and from asking for events; heap, ours after playing all over.\n')
  console.log('| session | raw | lasts | opening: ours | plain | times | asking: ours | plain | times | heap: ours | plain |')
  console.log(`|---|${'--:|'.repeat(10)}`)
  for (const session of sessions) console.log(row(session, await measured(context, server, plain, project, session)))
} finally {
  await browser.close()
  plain.close()
  await server.stop()
}
