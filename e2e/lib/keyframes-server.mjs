// Recordings as the service gives them back: imported by the command, asked for by the API.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Server, run } from './server.mjs'

/** A service that holds the recordings, first in packs, and sealed once seal() was called. */
export class Recordings {
  /** Imports recordings, [{name, events}], and starts a server on them. */
  static async start(recordings) {
    const one = new Recordings()
    one.folder = await mkdtemp(join(tmpdir(), 'afterimage-e2e-'))
    one.data = join(one.folder, 'data')
    one.sessions = new Map()
    for (const { name, events } of recordings) {
      const file = join(one.folder, 'recording.json')
      await writeFile(file, JSON.stringify(events))
      const { out } = await command('import', '--data', one.data, '--json', file)
      one.sessions.set(name, JSON.parse(out).session)
    }
    one.token = (await command('token', 'create', '--data', one.data)).out.trim()
    one.server = await Server.start({ folder: one.data })
    return one
  }

  /** Seals all sessions, with the server down: its data folder belongs to one process at a time. */
  async seal() {
    await this.server.stop()
    await command('seal', '--all', '--data', this.data)
    this.server = await Server.start({ folder: this.data })
  }

  /** The events from a time (client's clock) on, from a keyframe, as JSON text. */
  async from(name, at) {
    const session = this.sessions.get(name)
    const { tabs, clockOffsetMs } = JSON.parse(await this.get(`/api/v1/sessions/${session}`))
    const query = new URLSearchParams({ tab: tabs[0].id, keyframe: true, gaps: true, from: at + clockOffsetMs })
    return this.get(`/api/v1/sessions/${session}/events?${query}`)
  }

  async get(path) {
    const response = await fetch(this.server.url + path, { headers: { authorization: `Bearer ${this.token}` } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text
  }

  async stop() {
    await this.server?.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function command(...args) {
  const answer = await run(...args)
  if (answer.code !== 0) throw new Error(`afterimage ${args[0]}: ${answer.err}`)
  return answer
}
