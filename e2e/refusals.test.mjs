// Bad input at the door of the real binary: each is answered with a problem document that says what to
// do, nothing of it is stored, and memory stays flat.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { createGzip, gzip } from 'node:zlib'

import { Server, run } from './lib/server.mjs'

const session = '0192f3a0-0000-7000-8000-000000000001'
const tab = '0192f3a0-0000-7000-8000-000000000002'
const secret = '0123456789abcdef0123456789abcdef'
const at = Date.now()
const tenYears = 10 * 365 * 24 * 3600_000

let server, key, token

before(async () => {
  server = await Server.start()
  await server.stop.call({ ...server, ownFolder: false }) // commands need the folder for themselves
  key = (await run('project', 'key', '--data', server.folder)).out.trim()
  token = (await run('token', 'create', '--role', 'viewer', '--data', server.folder)).out.trim()
  const folder = server.folder
  server = await Server.start({ folder })
  server.ownFolder = true
})

after(() => server?.stop())

const event = (timestamp = at) => ({ type: 4, timestamp, data: { href: 'https://shop.example.com/', width: 1, height: 1 } })
const body = (more = {}) => JSON.stringify({ secret, sentAt: at, events: [event()], ...more })

function send(content, { projectKey = key, id = session, seq = 0 } = {}) {
  return fetch(`${server.url}/ingest/v1/${projectKey}/${id}/${tab}/${seq}`, { method: 'POST', body: content, headers: { 'content-type': 'text/plain' } })
}

async function refused(response, status, slug) {
  const problem = await response.json()
  assert.equal(response.status, status, JSON.stringify(problem))
  assert.match(response.headers.get('content-type'), /^application\/problem\+json/)
  assert.ok(problem.type.endsWith(`/${slug}`), `${problem.type} is not ${slug}`)
  assert.ok(problem.title && problem.detail, 'a problem says what is wrong')
  return problem
}

const stored = async () => {
  const response = await fetch(`${server.url}/api/v1/sessions/${session}`, { headers: { authorization: `Bearer ${token}` } })
  return response.status === 200 ? (await response.json()).events : 0
}

test('a good batch is stored', async () => {
  const response = await send(body())
  assert.equal(response.status, 200, await response.clone().text())
  assert.equal(await stored(), 1)
})

test('the same again is the same; other events under its number are refused', async () => {
  const again = await send(await promisify(gzip)(body({ sentAt: at + 60_000 })))
  assert.equal(again.status, 200)
  assert.equal((await again.json()).duplicate, true)
  await refused(await send(body({ events: [event(at + 1)] })), 409, 'conflict')
})

test('what cannot be right is refused with its reason', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000)
  const zipped = await promisify(gzip)(body())
  for (const [what, content, options, status, slug] of [
    ['an unknown key', body(), { projectKey: 'nobody' }, 401, 'unknown-key'],
    ['a wrong secret', body({ secret: secret.replace('0', 'f') }), { seq: 1 }, 403, 'wrong-secret'],
    ['broken JSON', '{"secret":', { seq: 1 }, 400, 'invalid-upload'],
    ['no JSON at all', 'hello', { seq: 1 }, 400, 'invalid-upload'],
    ['cut gzip', zipped.subarray(0, zipped.length - 9), { seq: 1 }, 400, 'invalid-upload'],
    ['deep JSON', `{"secret":"${secret}","events":[{"type":2,"timestamp":${at},"data":${deep}}]}`, { seq: 1 }, 400, 'invalid-upload'],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"secret":"'), Buffer.from([0xff, 0xfe]), Buffer.from('","events":[]}')]), { seq: 1 }, 400, 'invalid-upload'],
    ['a negative number', body(), { seq: -1 }, 400, 'invalid-upload'],
    ['a number that is none', body(), { seq: 'x' }, 400, 'invalid-upload'],
    ['a session id that is none', body(), { id: '..%2f..%2fetc' }, 400, 'invalid-upload'],
    ['events of the far future', body({ events: [event(at + tenYears)] }), { seq: 1 }, 400, 'invalid-upload'],
  ]) {
    await test(what, async () => {
      const problem = await refused(await send(content, options), status, slug)
      assert.doesNotMatch(JSON.stringify(problem), /goroutine|\.go:\d/, 'no inner workings are told')
    })
  }
  assert.equal(await stored(), 1, 'nothing of it is stored')
})

test('a clock that is ten years off is corrected', async () => {
  const id = session.replace('8000', '9000')
  const response = await send(body({ sentAt: at - tenYears, events: [event(at - tenYears - 1000)] }), { id })
  assert.equal(response.status, 200, await response.clone().text())
  const told = await fetch(`${server.url}/api/v1/sessions/${id}`, { headers: { authorization: `Bearer ${token}` } })
  const { startedAt } = await told.json()
  assert.ok(Math.abs(startedAt - Date.now()) < 60_000, `it began at ${new Date(startedAt).toISOString()}`)
})

/** 1 GiB of spaces, as about 1 MiB of gzip. */
async function bomb() {
  const pack = createGzip({ level: 9 })
  const parts = []
  pack.on('data', (part) => parts.push(part))
  const space = Buffer.alloc(1 << 20, ' ')
  for (let i = 0; i < 1024; i++) {
    if (!pack.write(space)) await new Promise((go) => pack.once('drain', go))
  }
  await new Promise((done) => pack.end(done))
  return Buffer.concat(parts)
}

test('fifty bombs at once are refused, and memory stays flat', async () => {
  const content = await bomb()
  assert.ok(content.length < 2 << 20)
  const before = await server.rssMiB()
  let peak = before
  const watch = setInterval(async () => (peak = Math.max(peak, await server.rssMiB())), 20)
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => send(content, { seq: 100 + i })))
  clearInterval(watch)
  for (const answer of answers) await refused(answer, 413, 'too-large')
  peak = Math.max(peak, await server.rssMiB())
  console.log(`memory: ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most`)
  // The uploads themselves, 50 of 1 MiB, are in it.
  assert.ok(peak - before < 150, `${(peak - before).toFixed(0)} MiB more`)
})

test('a second process on the same folder is refused, and says why', async () => {
  const second = await run('serve', '--data', server.folder, '--addr', '127.0.0.1:0')
  assert.equal(second.code, 1)
  assert.match(second.err, new RegExp(String(server.process.pid)))
})
