// Looks a page over for what keeps people from using it, by axe's rules.
import axe from 'axe-core'

/** What axe finds wrong with the page as it is now: one line per element. */
export async function violations(page) {
  // Evaluated by the debugger, so the page's own policy does not stand in the way.
  await page.evaluate(axe.source)
  // The recorded page in its frame is somebody else's, and hidden from readers.
  const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false, resultTypes: ['violations'] }))
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}: ${failureSummary}`))
}
