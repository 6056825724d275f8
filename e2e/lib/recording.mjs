// Recordings made by hand, in rrweb's format.
import { randomBytes } from 'node:crypto'

/** Builds node trees with numbered ids. */
export class Page {
  constructor() {
    this.next = 1
  }

  element(tagName, attributes = {}, ...childNodes) {
    return { type: 2, id: this.next++, tagName, attributes, childNodes }
  }

  text(textContent) {
    return { type: 3, id: this.next++, textContent }
  }

  document(head, body) {
    return {
      type: 0,
      id: this.next++,
      childNodes: [
        { type: 1, id: this.next++, name: 'html', publicId: '', systemId: '' },
        this.element('html', { lang: 'en' }, this.element('head', {}, ...head), this.element('body', {}, ...body)),
      ],
    }
  }
}

/** The two events that a page begins with. */
export function opening(at, node, href = 'https://shop.example.com/') {
  return [
    { type: 4, timestamp: at, data: { href, width: 1000, height: 600 } },
    { type: 2, timestamp: at + 1, data: { node, initialOffset: { top: 0, left: 0 } } },
  ]
}

/** An incremental event. */
export function change(at, source, data) {
  return { type: 3, timestamp: at, data: { source, ...data } }
}

/**
 * A page that counts the seconds in words, "Second 12.", and shows a line of noise beside it.
 * Yields its events one by one: how long it is, how often it changes, how much noise a change
 * brings, and how often a full snapshot is taken (0: only at the start).
 */
export function* counting({ at, seconds, everyMs = 1000, noiseBytes = 0, snapshotMs = 0 }) {
  const page = new Page()
  const words = page.text('Second 0.')
  const noise = page.text('')
  const doc = page.document([page.element('title', {}, page.text('Counting'))], [page.element('h1', {}, words), page.element('p', { style: 'overflow:hidden;white-space:nowrap' }, noise)])
  // A snapshot is of its time: what changes later must not change it.
  const picture = (now) => opening(now, structuredClone(doc))
  yield* picture(at)
  const body = doc.childNodes[1].childNodes[1].id
  let snapshot = at
  for (let now = at + everyMs; now <= at + seconds * 1000; now += everyMs) {
    words.textContent = `Second ${Math.floor((now - at) / 1000)}.`
    noise.textContent = randomText(noiseBytes)
    if (snapshotMs > 0 && now - snapshot >= snapshotMs) {
      snapshot = now
      yield* picture(now)
      continue
    }
    yield change(now, 0, { adds: [], removes: [], attributes: [], texts: [{ id: words.id, value: words.textContent }, { id: noise.id, value: noise.textContent }] })
    // Somebody is there: a page that nobody touches would be skipped.
    yield change(now, 1, { positions: [{ x: now % 900, y: (now / 7) % 500, id: body, timeOffset: 0 }] })
  }
}

/** Text that does not get smaller by packing. */
const randomText = (bytes) => (bytes > 0 ? randomBytes(Math.ceil((bytes * 3) / 4)).toString('base64') : '')
