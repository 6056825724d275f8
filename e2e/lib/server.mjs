// Starts the built binary on a data folder of its own, and stops it.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const binary = resolve(process.env.AFTERIMAGE_BIN ?? new URL('../../bin/afterimage', import.meta.url).pathname)

/** A port that was free a moment ago. */
export async function freePort() {
  const probe = createServer()
  await new Promise((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}

/** Calls check until it gives something true, and returns that. */
export async function until(what, check, { withinMs = 10_000, everyMs = 50 } = {}) {
  const end = Date.now() + withinMs
  let last
  for (;;) {
    try {
      const got = await check()
      if (got) return got
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`, { cause: last })
    await new Promise((done) => setTimeout(done, everyMs))
  }
}

/** A running server. */
export class Server {
  /** Starts one; folder is made if not given, and then removed by stop. */
  static async start({ demo = false, folder, args = [] } = {}) {
    const server = new Server()
    server.ownFolder = !folder
    server.folder = folder ?? (await mkdtemp(join(tmpdir(), 'afterimage-e2e-')))
    server.port = await freePort()
    server.url = `http://127.0.0.1:${server.port}`
    const began = Date.now()
    server.process = spawn(
      binary,
      ['serve', '--data', server.folder, '--addr', `127.0.0.1:${server.port}`, ...(demo ? ['--demo'] : []), ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    server.output = ''
    for (const stream of [server.process.stdout, server.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (server.output += text))
    }
    server.exited = new Promise((done) => server.process.once('exit', (code, signal) => done(code ?? signal)))
    await until(
      'the server is ready',
      async () => {
        if (server.process.exitCode !== null) throw new Error(`it ended: ${server.output}`)
        return (await fetch(`${server.url}/readyz`)).ok
      },
      { withinMs: 30_000, everyMs: 20 },
    )
    server.readyMs = Date.now() - began
    return server
  }

  /** The one-time sign-in link that it printed. */
  async signInLink() {
    return until('a sign-in link is printed', () => this.output.match(/https?:\/\/\S+\/login\?token=\S+/)?.[0])
  }

  /** Resident memory in MiB. */
  async rssMiB() {
    const status = await readFile(`/proc/${this.process.pid}/status`, 'utf8')
    return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024
  }

  /** Ends it and returns its exit status. */
  async stop(signal = 'SIGTERM') {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal)
    const status = await this.exited
    if (this.ownFolder) await rm(this.folder, { recursive: true, force: true })
    return status
  }
}

/** Runs a command of the binary and returns what it printed. */
export async function run(...args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const code = await new Promise((done) => child.once('close', done))
  return { code, out, err }
}
