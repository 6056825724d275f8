// What a viewer sees of a recorded page.
import { until } from './server.mjs'

/** The frame in which the recorded page is drawn: the newest inside the player's document. */
export const drawn = (page) => page.frames().findLast((frame) => frame.parentFrame()?.url().includes('/player'))

/** The words of the recorded page as it is shown now. */
export async function shownText(page) {
  // While one run takes the place of another the frame may go away under the question.
  const text = await drawn(page)?.evaluate(() => document.body?.innerText ?? '').catch(() => '')
  return (text ?? '').replace(/\s+/g, ' ').trim()
}

/** Waits until the recorded page shows words, or what a pattern fits. */
export function shows(page, words, options = { withinMs: 20_000 }) {
  const fits = (text) => (words instanceof RegExp ? words.test(text) : text.includes(words))
  return until(`the player shows ${words}`, async () => {
    const text = await shownText(page)
    return fits(text) && text
  }, options)
}

/** Goes to a time, in seconds from the start, as by the slider. */
export async function seek(page, seconds) {
  await page.getByRole('slider', { name: 'Position' }).fill(String(Math.round(seconds * 10) * 100))
}
