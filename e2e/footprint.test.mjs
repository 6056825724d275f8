// What the service costs while nobody uses it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Server, until } from './lib/server.mjs'

test('ready in under a second on nothing, and idles under 60 MB', async () => {
  const server = await Server.start()
  try {
    const page = await fetch(server.url)
    assert.equal(page.status, 200)
    const rss = await server.rssMiB()
    console.log(`ready after ${server.readyMs} ms, ${rss.toFixed(0)} MiB`)
    assert.ok(server.readyMs < 1000, `ready after ${server.readyMs} ms`)
    assert.ok(rss < 60, `${rss} MiB`)
    assert.equal(await server.stop(), 0)
  } finally {
    await server.stop()
  }
})

test('memory that loading the demo took is given back', async () => {
  const server = await Server.start({ demo: true })
  try {
    const token = new URL(await server.signInLink()).searchParams.get('token')
    const signedIn = await fetch(`${server.url}/api/v1/auth/redeem`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ token }),
    })
    const cookie = signedIn.headers.get('set-cookie').split(';')[0]
    const list = () => fetch(`${server.url}/api/v1/sessions?project=demo&total=true`, { headers: { cookie } })
    await until('the demo is loaded', async () => (await (await list()).json()).total >= 12, { withinMs: 30_000 })
    console.log(`right after loading the demo ${(await server.rssMiB()).toFixed(0)} MiB`)
    await until('it is under 60 MB', async () => (await server.rssMiB()) < 60, { withinMs: 60_000, everyMs: 500 })
    console.log(`then ${(await server.rssMiB()).toFixed(0)} MiB`)
  } finally {
    await server.stop()
  }
})
