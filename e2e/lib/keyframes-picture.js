// What a replayed document shows, as a plain tree, and where two such trees differ. Runs in the browser.

/** Most differences that are told of one pair: the first say why. */
const differencesMax = 60
/** Media time moves in steps of its frames: nearer than this is the same. */
const mediaSecondsMax = 0.05
/** Longest piece of a value in a report, in characters. */
const toldChars = 160

/** The picture that a Replayer shows: its document, and what it draws around it. */
export function picture(replayer) {
  const { iframe, mouse } = replayer
  return {
    name: 'player',
    state: {
      size: `${iframe.getAttribute('width')}x${iframe.getAttribute('height')}`,
      pointer: `${mouse.style.left} ${mouse.style.top}`,
      touching: mouse.classList.contains('touch-active'),
    },
    parts: { document: ofDocument(iframe.contentDocument) },
  }
}

function ofDocument(doc) {
  if (!doc) return null
  return { ...ofRoot(doc), name: '#document', state: { mode: doc.compatMode, selection: selectionOf(doc) } }
}

/** Replayer puts a style sheet of its own into each document that it begins; the page knows nothing of it. */
const isReplayers = (node) => node.localName === 'style' && node.parentNode?.localName === 'html' && node.sheet?.cssRules[0]?.selectorText === '.rr-block'

/** A document or a shadow root: children and style sheets. */
function ofRoot(root) {
  const styles = {}
  const sheets = Array.from(root.styleSheets ?? []).filter(({ ownerNode }) => !ownerNode || !isReplayers(ownerNode))
  sheets.forEach((sheet, i) => (styles[`sheet ${i}`] = ofSheet(sheet)))
  Array.from(root.adoptedStyleSheets ?? []).forEach((sheet, i) => (styles[`adopted ${i}`] = ofSheet(sheet)))
  return { name: '#shadow', styles, children: Array.from(root.childNodes, ofNode) }
}

function ofSheet(sheet) {
  let rules
  try {
    rules = Array.from(sheet.cssRules, (rule) => rule.cssText)
  } catch {
    rules = ['(of another origin)']
  }
  return { media: sheet.media.mediaText, disabled: sheet.disabled, rules }
}

function ofNode(node) {
  switch (node.nodeType) {
    case Node.ELEMENT_NODE:
      return ofElement(node)
    case Node.DOCUMENT_TYPE_NODE:
      return { name: '#doctype', value: `${node.name} ${node.publicId} ${node.systemId}` }
    default:
      return { name: node.nodeName, value: node.nodeValue }
  }
}

function ofElement(el) {
  const html = el.namespaceURI === 'http://www.w3.org/1999/xhtml'
  const attributes = {}
  for (const name of el.getAttributeNames().sort()) attributes[name] = el.getAttribute(name)
  const one = { name: html ? el.localName : el.nodeName + '{' + (el.namespaceURI ?? '') + '}', attributes, state: stateOf(el), children: childrenOf(el) }
  const parts = {}
  if (el.shadowRoot) parts.shadow = ofRoot(el.shadowRoot)
  if (el.localName === 'iframe' || el.localName === 'frame') parts.frame = ofDocument(frameOf(el))
  if (el.localName === 'template' && el.content) parts.content = { name: '#fragment', children: Array.from(el.content.childNodes, ofNode) }
  if (Object.keys(parts).length > 0) one.parts = parts
  return one
}

const childrenOf = (el) => Array.from(el.childNodes).filter((node) => !isReplayers(node)).map(ofNode)

function frameOf(iframe) {
  try {
    return iframe.contentDocument
  } catch {
    return null
  }
}

/** What is not in an element's attributes: where it is scrolled to, what was typed, what it draws. */
function stateOf(el) {
  const state = {}
  if (el.scrollLeft || el.scrollTop) state.scroll = `${el.scrollLeft},${el.scrollTop}`
  if (el.matches(':not(:defined)')) state.defined = false
  if (el.matches(':popover-open')) state.popover = true
  const read = STATES[el.localName]
  if (read) Object.assign(state, read(el))
  return state
}

const STATES = {
  input: ({ value, checked, indeterminate }) => ({ value, checked, indeterminate }),
  textarea: ({ value }) => ({ value }),
  select: ({ value, selectedIndex }) => ({ value, selectedIndex }),
  option: ({ selected }) => ({ selected }),
  details: ({ open }) => ({ open }),
  // Closed by its attribute alone it stays modal to the browser, which nobody sees.
  dialog: (el) => ({ open: el.open, modal: el.open && el.matches(':modal') }),
  canvas: (el) => ({ width: el.width, height: el.height, pixels: pixelsOf(el) }),
  video: mediaState,
  audio: mediaState,
}

function mediaState({ paused, currentTime, muted, volume, loop, playbackRate }) {
  return { paused, currentTime, muted, volume, loop, playbackRate }
}

function pixelsOf(canvas) {
  let text
  try {
    text = canvas.toDataURL()
  } catch (error) {
    return error.name
  }
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `${text.length} characters, hash ${(hash >>> 0).toString(16)}`
}

function selectionOf(doc) {
  const selection = doc.getSelection()
  if (!selection || selection.rangeCount === 0) return null
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0)
  return `${place(startContainer)}:${startOffset} to ${place(endContainer)}:${endOffset}`
}

/** Where a node stands in its tree, as child numbers from the top. */
function place(node) {
  const steps = []
  for (let at = node; at.parentNode; at = at.parentNode) steps.unshift(Array.prototype.indexOf.call(at.parentNode.childNodes, at))
  return steps.join('/')
}

/** Where two pictures differ: [{path, a, b}], each told in words, undefined for what is not there. */
export function differences(a, b) {
  const found = []
  compareNodes(a, b, '', found)
  return found
}

function compareNodes(a, b, path, found) {
  if (found.length >= differencesMax) return
  if (!a || !b || a.name !== b.name) return note(found, path || '/', a && summary(a), b && summary(b))
  if (a.value !== b.value) noteText(found, path, a.value, b.value)
  compareMaps(a.attributes, b.attributes, (name) => `${path}/@${name}`, found)
  compareMaps(a.state, b.state, (name) => `${path}/.${name}`, found)
  compareStyles(a.styles ?? {}, b.styles ?? {}, path, found)
  compareChildren(a.children ?? [], b.children ?? [], path, found)
  for (const part of keysOf(a.parts, b.parts)) compareNodes(a.parts?.[part], b.parts?.[part], `${path}/#${part}`, found)
}

const keysOf = (a, b) => new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])

function compareMaps(a, b, pathOf, found) {
  for (const key of keysOf(a, b)) {
    const [left, right] = [a?.[key], b?.[key]]
    if (left === right || (key === 'currentTime' && Math.abs(left - right) < mediaSecondsMax)) continue
    noteText(found, pathOf(key), left, right)
  }
}

function compareStyles(a, b, path, found) {
  for (const name of keysOf(a, b)) {
    const [left, right] = [a[name], b[name]]
    if (!left || !right) {
      note(found, `${path}/${name}`, left && `${left.rules.length} rules: ${left.rules[0]}`, right && `${right.rules.length} rules: ${right.rules[0]}`)
      continue
    }
    if (left.media !== right.media) note(found, `${path}/${name}/media`, left.media, right.media)
    if (left.disabled !== right.disabled) note(found, `${path}/${name}/disabled`, left.disabled, right.disabled)
    if (left.rules.length !== right.rules.length) note(found, `${path}/${name}/number of rules`, left.rules.length, right.rules.length)
    const at = left.rules.findIndex((rule, i) => rule !== right.rules[i])
    if (at !== -1) noteText(found, `${path}/${name}/rule ${at}`, left.rules[at], right.rules[at])
  }
}

/** Children are paired from both ends; what is between and has no partner is told as such. */
function compareChildren(a, b, path, found) {
  const step = (one, i) => `${path}/${one.name}${one.attributes?.id ? '#' + one.attributes.id : ''}[${i}]`
  if (a.length === b.length) {
    a.forEach((one, i) => compareNodes(one, b[i], step(one, i), found))
    return
  }
  const short = Math.min(a.length, b.length)
  let head = 0
  while (head < short && alike(a[head], b[head])) head++
  let tail = 0
  while (tail < short - head && alike(a.at(-1 - tail), b.at(-1 - tail))) tail++
  const listed = (all) => `${all.length} children, of which [${head}…] ${all.slice(head, all.length - tail).map(summary).join(' ')}`
  note(found, `${path}/children`, listed(a), listed(b))
  for (let i = 0; i < head; i++) compareNodes(a[i], b[i], step(a[i], i), found)
  for (let i = 1; i <= tail; i++) compareNodes(a.at(-i), b.at(-i), step(a.at(-i), a.length - i), found)
}

const alike = (a, b) => a.name === b.name && a.value === b.value && a.attributes?.id === b.attributes?.id && a.attributes?.class === b.attributes?.class

function summary(node) {
  if (node.value !== undefined) return `${node.name} ${JSON.stringify(cut(node.value))}`
  const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => ` ${name}=${JSON.stringify(cut(value, 40))}`)
  return `<${node.name}${cut(attributes.join(''))}> of ${node.children?.length ?? 0} children`
}

/** Long values are told from shortly before the first character that differs. */
function noteText(found, path, a, b) {
  if (typeof a !== 'string' || typeof b !== 'string' || Math.max(a.length, b.length) <= toldChars) return note(found, path, a, b)
  let at = 0
  while (a[at] === b[at]) at++
  const from = Math.max(0, at - 40)
  const told = (text) => `(${text.length} characters, from ${from}) ${text.slice(from, from + toldChars)}`
  note(found, path, told(a), told(b))
}

function note(found, path, a, b) {
  if (found.length < differencesMax) found.push({ path, a: cut(a, 4 * toldChars), b: cut(b, 4 * toldChars) })
}

const cut = (value, chars = toldChars) => (typeof value === 'string' && value.length > chars ? `${value.slice(0, chars)}…` : value)
