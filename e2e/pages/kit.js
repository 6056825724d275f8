// Drives a feature page at random while it is recorded. The seed is in the page's address, so that a
// run can be had again, but for the times, which are the clock's.
import { seeded } from './seeded.js'

export const random = seeded(Number(new URLSearchParams(location.search).get('seed') ?? 1))
/** A whole number from 0 up to n. */
export const below = (n) => Math.floor(random() * n)
export const pick = (list) => list[below(list.length)]
export const chance = (share) => random() < share
/** The n-th of something, for texts that tell one change from another. */
let counted = 0
export const next = () => ++counted

const colours = ['crimson', 'teal', 'goldenrod', 'indigo', 'seagreen', 'salmon']
export const colour = () => pick(colours)

export const $ = (selector, root = document) => root.querySelector(selector)
/** One of what a selector finds, null if there is none. */
export const any = (selector, root = document) => {
  const all = root.querySelectorAll(selector)
  return all.length > 0 ? all[below(all.length)] : null
}

/** Makes an element: el('li', { class: 'new' }, 'text', otherElement). */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/**
 * Records the page for a while in which it acts at random.
 * actions: what may happen, each as often as the others; record: options of rrweb's recorder;
 * recorder: "afterimage" to record with the project's own; ms: how long.
 */
export async function perform(actions, { record = {}, recorder = 'rrweb', ms = 3000 } = {}) {
  const stop = recorder === 'rrweb' ? recordPlainly(record) : await recordOurs()
  const end = performance.now() + ms
  let last
  while (performance.now() < end) {
    // Several things in one task come as one mutation, as on real pages.
    for (let i = below(4); i >= 0; i--) {
      last = pick(actions)
      try {
        await last()
      } catch (error) {
        throw new Error(`an action failed: ${last}`, { cause: error })
      }
    }
    await pause(5 + below(70))
  }
  // rrweb tells of moves and scrolls after up to half a second.
  await pause(550)
  window.recorded = await stop()
}

function recordPlainly(options) {
  const events = []
  // As text at once: what rrweb has emitted it may still change.
  const stop = window.rrwebRecord.record({ emit: (event) => events.push(JSON.stringify(event)), maskInputOptions: {}, sampling: { scroll: 50 }, ...options })
  return async () => {
    stop()
    return `[${events.join(',')}]`
  }
}

/** Records with the script that sites use. The server of the page keeps what it sends. */
async function recordOurs() {
  const script = el('script', { src: '/afterimage.js', 'data-key': 'key-of-the-feature-pages' })
  const loaded = new Promise((done, failed) => Object.assign(script, { onload: done, onerror: failed }))
  document.head.append(script)
  await loaded
  return async () => {
    if (!(await window.afterimage.flush())) throw new Error('the recorder could not send')
    window.afterimage.stop()
    return (await fetch('/sent')).text()
  }
}

/** Says that the page is at its end, well or not. */
addEventListener('unhandledrejection', ({ reason }) => (window.failed = `${reason?.message} ${reason?.cause?.stack ?? ''}`))
