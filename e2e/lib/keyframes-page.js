// The page in which recordings are played beside each other to be compared. Runs in the browser.
import { Replayer } from '/replay.js'
import { differences, picture } from '/keyframes-picture.js'

/** An event that never comes due, so that a Replayer does not end where the recording ends. */
const neverMs = 1e13
/** Rounds in which nothing changes any more, after which a difference is believed. */
const quietRounds = 6

// Replayer waits by timers for things that are ready at once here, and tries up to 5 s for style sheets
// that never come. Its timers run in their order, as soon as somebody waits for them.
const timers = new Map()
const clock = { now: 0, next: 1 }
window.setTimeout = (act, ms = 0, ...args) => {
  timers.set(clock.next, { due: clock.now + Number(ms), act: () => act(...args) })
  return clock.next++
}
window.clearTimeout = (id) => timers.delete(id)

// For half a second Replayer tries again and again to place a node whose neighbour is not there. Here
// each look at the clock takes a millisecond, so that it gives up sooner and after as many tries each time.
let looks = 0
Date.now = () => ++looks

async function runTimers(until = Infinity) {
  for (;;) {
    let first
    for (const [id, { due }] of timers) if (due <= until && (first === undefined || due < timers.get(first).due)) first = id
    if (first === undefined) return
    const { due, act } = timers.get(first)
    timers.delete(first)
    clock.now = Math.max(clock.now, due)
    act()
    await null
  }
}

// Replayer draws the pictures of a canvas as each gets ready, so that which is on top is chance. Here
// they get ready in the order in which they were asked for.
const makeBitmap = window.createImageBitmap.bind(window)
let bitmaps = Promise.resolve()
window.createImageBitmap = (...args) => {
  const made = makeBitmap(...args)
  const after = bitmaps.then(() => made)
  bitmaps = after.catch(() => undefined)
  return after
}

const frame = () => new Promise((done) => requestAnimationFrame(done))
const dot = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** Waits until pictures that were asked for are there: one that is asked for now is there after them. */
async function pictures() {
  const image = new Image()
  image.src = dot
  await image.decode()
  await createImageBitmap(image)
}

/** One turn of everything that a Replayer may be waiting for: timers, pictures, layout. */
async function turn() {
  await runTimers()
  await pictures()
  await frame()
  await frame()
  await runTimers()
}

/**
 * A Replayer standing at a time, which is before the events of that time. It gets no later ones: if it
 * goes to the very time of a page's Meta event, it leaves out all that is before.
 */
async function show(text, at, { played = false, ...options }) {
  const events = JSON.parse(text).filter(({ timestamp }) => timestamp < at)
  const first = events.reduce((least, { timestamp }) => Math.min(least, timestamp), Infinity)
  const root = document.createElement('div')
  document.body.append(root)
  const never = { type: 5, timestamp: first + neverMs, data: { tag: 'never', payload: {} } }
  const replayer = new Replayer([...events, never], { root, mouseTail: false, triggerFocus: false, showWarning: false, ...options })
  // Only after its first timers is it as large as the page.
  await runTimers()
  if (played) await playTo(replayer, at - first)
  else replayer.pause(at - first)
  return {
    replayer,
    remove() {
      replayer.destroy()
      root.remove()
    },
  }
}

/** Plays event by event, as somebody would see it who watches from the start, but without the waiting. */
async function playTo(replayer, offset) {
  const { timer } = replayer
  let draws = false
  replayer.on('event-cast', ({ type, data }) => (draws ||= type === 2 || data.source === 9 || (data.source === 0 && JSON.stringify(data.adds).includes('"rr_dataURL"'))))
  const [start, began] = [performance.now(), clock.now]
  let elapsed = 0
  performance.now = () => start + elapsed
  try {
    replayer.play(0)
    while (elapsed < offset) {
      elapsed = Math.max(elapsed, Math.min(offset, timer.actions[0].delay))
      await runTimers(began + elapsed)
      timer.rafCheck()
      // Drawings take their time: while somebody watches they are done before the next.
      if (draws) await pictures()
      draws = false
    }
    replayer.pause()
  } finally {
    delete performance.now
  }
}

/** Where two Replayers differ once nothing moves in them any more. */
async function differ(one, other) {
  let told, before
  for (let quiet = 0; quiet < quietRounds; ) {
    await turn()
    const now = picture(one.replayer)
    const found = differences(now, picture(other.replayer))
    const moved = !before || differences(before, now).length > 0
    before = now
    if (found.length === 0 && !moved) return found
    const words = JSON.stringify(found)
    quiet = moved || words !== told ? 0 : quiet + 1
    told = words
  }
  return JSON.parse(told)
}

const texts = new Map()

async function textOf(name) {
  if (texts.has(name)) return texts.get(name)
  const response = await fetch(`/events/${name}`)
  if (!response.ok) throw new Error(`no events named ${name}`)
  return response.text()
}

/** Keeps the whole recording for the comparisons to come. */
window.load = async (name) => {
  texts.clear()
  texts.set(name, await textOf(name))
}

const related = (a, b) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

/**
 * Compares, at a time, what is shown after going there from the start of `whole` with what is shown
 * after starting from `part`. Where Replayer shows something else when it plays event by event, or
 * when it is asked a second time, it has more than one picture of that place: `part` must then show
 * one of them, and the place is told as Replayer's own.
 */
window.compare = async (whole, part, at, options) => {
  const shown = []
  const player = async (name, more) => {
    const one = await show(await textOf(name), at, { ...options, ...more })
    shown.push(one)
    return one
  }
  try {
    const b = await player(part)
    let found = await differ(await player(whole), b)
    const own = []
    for (const more of [{ played: true }, {}]) {
      if (found.length === 0) break
      const other = await differ(await player(whole, more), b)
      const still = ({ path }) => other.some((one) => related(path, one.path))
      own.push(...found.filter((one) => !still(one)))
      found = found.filter(still)
    }
    return { differences: found, own }
  } finally {
    for (const one of shown) one.remove()
  }
}
window.ready = true
