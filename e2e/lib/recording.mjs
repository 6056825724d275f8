// Small recordings made by hand, in rrweb's format.

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
