// Puts recordings into a data folder or a server.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from './server.mjs'

/** Imports events into a data folder that no server has open, and returns the session's id. */
export async function imported(folder, name, events) {
  const file = join(folder, `${name}.json`)
  await writeFile(file, JSON.stringify([...events]))
  const { code, out, err } = await run('import', '--data', join(folder, 'data'), '--json', file)
  assert.equal(code, 0, err)
  return JSON.parse(out).session
}

/** Sends a batch to a server as the recorder does. */
export async function send(server, key, { session, tab, seq, events }) {
  const answer = await fetch(`${server.url}/ingest/v1/${key}/${session}/${tab}/${seq}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ secret: '0123456789abcdef0123456789abcdef', sentAt: Date.now(), events }),
  })
  assert.equal(answer.status, 200, await answer.text())
}
