import { describe, expect, it } from "vitest";
import { MASK, Privacy } from "../src/privacy.js";
import { Scrubber, type Mirror } from "../src/scrub.js";
import type { Options, RecordedEvent } from "../src/types.js";

/** Serializes the page as rrweb does without any masking, so that what these tests see is our own part alone. */
class Page implements Mirror {
  private readonly ids = new Map<Node, number>();

  constructor(html: string) {
    document.body.innerHTML = html;
  }
  id(node: Node): number {
    if (!this.ids.has(node)) this.ids.set(node, this.ids.size + 1);
    return this.ids.get(node)!;
  }
  getNode(id: number): Node | null {
    return [...this.ids].find(([, other]) => other === id)?.[0] ?? null;
  }
  serialize(node: Node): any {
    const id = this.id(node);
    if (node.nodeType === 3) return { type: 3, id, textContent: node.textContent };
    if (node.nodeType === 8) return { type: 5, id, textContent: node.textContent };
    const childNodes = [...node.childNodes].map((child) => this.serialize(child));
    if (node.nodeType === 9) return { type: 0, id, childNodes };
    const el = node as Element;
    const attributes: Record<string, unknown> = Object.fromEntries([...el.attributes].map((a) => [a.name, a.value]));
    if ("value" in el && typeof el.value === "string" && el.value) attributes["value"] = el.value;
    return { type: 2, id, tagName: el.tagName.toLowerCase(), attributes, childNodes };
  }
  snapshot(): RecordedEvent {
    return { type: 2, timestamp: 1, data: { node: this.serialize(document.body), initialOffset: {} } };
  }
}

function scrubbed(html: string, options: Partial<Options> = {}): { text: string; page: Page; scrubber: Scrubber } {
  const page = new Page(html);
  const scrubber = new Scrubber(new Privacy(options), page);
  const event = page.snapshot();
  scrubber.scrub(event);
  return { text: JSON.stringify(event), page, scrubber };
}

const mutation = (data: object): RecordedEvent => ({ type: 3, timestamp: 1, data: { source: 0, adds: [], removes: [], texts: [], attributes: [], ...data } });

describe("a full snapshot", () => {
  it.each([
    ["a value attribute", '<input value="SECRET">'],
    ["a hidden input", '<input type=hidden value="SECRET">'],
    ["a checkbox's value", '<input type=checkbox value="SECRET" checked>'],
    ["a button's value", '<button value="SECRET">Pay</button>'],
    ["a placeholder", '<input placeholder="SECRET">'],
    ["a title", '<p title="SECRET">x</p>'],
    ["an alt text", '<img src="/a.png" alt="SECRET">'],
    ["an aria-label", '<b aria-label="SECRET"></b>'],
    ["an aria-valuetext", '<b aria-valuetext="SECRET"></b>'],
    ["a data attribute", '<b data-user="SECRET"></b>'],
    ["an option's text", "<select><option>SECRET</option></select>"],
    ["an option's value", '<select><option value="SECRET">x</option></select>'],
    ["an option's label", '<select><optgroup label="SECRET"></optgroup></select>'],
    ["a textarea's text", "<textarea>SECRET</textarea>"],
    ["an editor's text", "<div contenteditable><p>SECRET</p></div>"],
    ["a masked text", '<div data-afterimage="mask"><p>SECRET</p></div>'],
    ["a comment", "<!-- SECRET -->"],
    ["a noscript", "<noscript>SECRET</noscript>"],
    ["a meta's content", '<meta name="csrf" content="SECRET">'],
    ["a link's query", '<a href="https://a.example/p?token=SECRET#SECRET">x</a>'],
    ["an e-mail link", '<a href="mailto:SECRET@a.example">x</a>'],
    ["a form's action", '<form action="/pay?token=SECRET"></form>'],
    ["a frame's address", '<iframe src="https://a.example/?t=SECRET"></iframe>'],
    ["a frame's document", '<iframe srcdoc="SECRET"></iframe>'],
    ["an inline handler", "<b onclick=\"x('SECRET')\"></b>"],
    ["a nonce", '<b nonce="SECRET"></b>'],
    ["a canonical link", '<link rel="canonical" href="https://a.example/?t=SECRET">'],
  ])("does not have %s", (_, html) => expect(scrubbed(html).text).not.toContain("SECRET"));

  it.each([
    ["text", "<p>Clay mug</p>", "Clay mug"],
    ["a button's label", '<input type=submit value="Pay now">', "Pay now"],
    ["classes, ids and styles", '<b class="c1" id="i1" style="color:red">x</b>', "c1"],
    ["states that style sheets use", '<b aria-expanded="true">x</b>', "aria-expanded"],
    ["image addresses with their query", '<img src="https://a.example/i.png?w=200">', "i.png?w=200"],
    ["style sheet addresses with their query", '<link rel="stylesheet" href="https://a.example/s.css?v=2">', "s.css?v=2"],
    ["references inside drawings", '<svg><use href="#icon"></use></svg>', "#icon"],
    ["the layout's viewport", '<meta name="viewport" content="width=device-width">', "width=device-width"],
    ["an item's number", '<ol><li value="7">x</li></ol>', '"value":"7"'],
    ["a data attribute that the page's CSS selects by", '<style>[data-state="open"]{color:red}</style><b data-state="open">x</b>', '"data-state":"open"'],
    ["a data attribute that the page's CSS shows", "<b data-label='New'>x</b><style>b::after{content:attr(data-label)}</style>", '"data-label":"New"'],
    ["what the site allows", '<div data-afterimage="allow"><input value="shown" placeholder="p" title="t"></div>', '"value":"shown"'],
  ])("keeps %s", (_, html, kept) => expect(scrubbed(html).text).toContain(kept));

  it("masks all text on demand, with the length kept", () => {
    const { text } = scrubbed("<p>Kim Minji</p><p data-afterimage=allow>Pay</p>", { maskText: true });
    expect(text).toContain("••• •••••");
    expect(text).toContain("Pay");
  });
  it("keeps a placeholder's presence, which floating labels need", () => {
    expect(scrubbed('<input placeholder="Name">').text).toContain('"placeholder":" "');
  });
});

describe("mutations", () => {
  it("masks added nodes by where they were added", () => {
    const { page, scrubber } = scrubbed('<div data-afterimage="mask"><p>x</p></div>');
    const p = document.querySelector("p")!;
    p.innerHTML = '<b title="SECRET">SECRET</b>';
    const event = mutation({ adds: [{ parentId: page.id(p), nextId: null, node: page.serialize(p.firstChild!) }] });
    expect(scrubber.scrub(event)).toBe(true);
    expect(JSON.stringify(event)).not.toContain("SECRET");
    expect(JSON.stringify(event)).toContain("••••••");
  });
  it("masks an option that is added to a select, and text that is added to it", () => {
    const { page, scrubber } = scrubbed("<select><option>a</option></select>");
    const option = document.querySelector("option")!;
    const event = mutation({ adds: [{ parentId: page.id(option), nextId: null, node: { type: 3, id: 99, textContent: "SECRET" } }], texts: [{ id: page.id(option.firstChild!), value: "SECRET" }] });
    scrubber.scrub(event);
    expect(JSON.stringify(event)).not.toContain("SECRET");
  });
  it("masks changed attributes, and drops an event of which nothing is left", () => {
    const { page, scrubber } = scrubbed("<input><b></b>");
    const input = page.id(document.querySelector("input")!);
    const b = page.id(document.querySelector("b")!);
    const event = mutation({ attributes: [{ id: input, attributes: { value: "SECRET", class: "wide" } }, { id: b, attributes: { "data-x": "SECRET" } }] });
    expect(scrubber.scrub(event)).toBe(true);
    expect(event.data.attributes).toEqual([{ id: input, attributes: { value: MASK, class: "wide" } }]);
    expect(scrubber.scrub(mutation({ attributes: [{ id: b, attributes: { "data-x": "SECRET" } }] }))).toBe(false);
  });
  it("keeps removed attributes and style changes", () => {
    const { page, scrubber } = scrubbed("<b></b>");
    const attributes = { title: null, style: { color: "red" } };
    const event = mutation({ attributes: [{ id: page.id(document.querySelector("b")!), attributes: { ...attributes } }] });
    scrubber.scrub(event);
    expect(event.data.attributes[0].attributes).toEqual(attributes);
  });
  it("masks text typed into an editor", () => {
    const { page, scrubber } = scrubbed("<div contenteditable>x</div>");
    const event = mutation({ texts: [{ id: page.id(document.querySelector("div")!.firstChild!), value: "my SECRET" }] });
    scrubber.scrub(event);
    expect(event.data.texts[0].value).toBe("•• ••••••");
  });
  it("asks for a snapshot when a late style sheet uses an attribute that was left out", () => {
    const { page, scrubber } = scrubbed('<link rel="stylesheet" href="/s.css"><b data-state="open">x</b>');
    scrubber.scrub(mutation({ attributes: [{ id: page.id(document.querySelector("link")!), attributes: { _cssText: "[data-other]{}" } }] }));
    expect(scrubber.wantsSnapshot).toBe(false);
    scrubber.scrub(mutation({ attributes: [{ id: page.id(document.querySelector("link")!), attributes: { _cssText: "[data-state=open]{}" } }] }));
    expect(scrubber.wantsSnapshot).toBe(true);
    const again = page.snapshot();
    scrubber.scrub(again);
    expect(JSON.stringify(again)).toContain('"data-state":"open"');
    expect(scrubber.wantsSnapshot).toBe(false);
  });
});

describe("other events", () => {
  it("masks what was typed or chosen", () => {
    const { page, scrubber } = scrubbed('<input type="radio" value="SECRET"><input id=gone>');
    const event: RecordedEvent = { type: 3, timestamp: 1, data: { source: 5, id: page.id(document.querySelector("input")!), text: "SECRET", isChecked: true } };
    scrubber.scrub(event);
    expect(event.data).toMatchObject({ text: MASK, isChecked: true });
    const unknown: RecordedEvent = { type: 3, timestamp: 1, data: { source: 5, id: 4711, text: "SECRET", isChecked: false } };
    scrubber.scrub(unknown);
    expect(unknown.data.text).toBe(MASK);
  });
  it("drops the query of the page's address", () => {
    const { scrubber } = scrubbed("");
    const event: RecordedEvent = { type: 4, timestamp: 1, data: { href: "https://a.example/p?t=SECRET#x", width: 1, height: 1 } };
    scrubber.scrub(event);
    expect(event.data.href).toBe("https://a.example/p");
  });
});
