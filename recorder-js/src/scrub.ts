// The last look at every rrweb event before it is queued: what rrweb's own masking leaves readable
// is masked here, on the event, with the live element beside it.

import { scrubAttributes, type Attributes } from "./attributes.js";
import { MASK, maskText, type Privacy, type Rule } from "./privacy.js";
import { EventType, Source, type RecordedEvent } from "./types.js";
import { cleanUrl } from "./url.js";

const enum NodeType {
  Document = 0,
  Element = 2,
  Text = 3,
  CDATA = 4,
  Comment = 5,
}

interface SerializedNode {
  type: number;
  id: number;
  tagName?: string;
  attributes?: Attributes;
  childNodes?: SerializedNode[];
  textContent?: string;
}

/** Finds the live node of an rrweb id. */
export interface Mirror {
  getNode(id: number): Node | null;
}

/** Names of data-* attributes in a style sheet: as a selector or shown by content: attr(). */
const DATA_IN_CSS = /(?:\[|attr\(\s*)(data-[\w-]+)/gi;

/** Masks the events of one page. */
export class Scrubber {
  private readonly styledNames = new Set<string>();
  private readonly removedNames = new Set<string>();
  /** Set where a style sheet came late and uses an attribute that was left out: a new full snapshot mends it. */
  wantsSnapshot = false;

  constructor(
    private readonly privacy: Privacy,
    private readonly mirror: Mirror,
    private readonly keepParams: readonly string[] = [],
  ) {}

  /** Masks the event in place. Returns false if nothing of it is left to record. */
  scrub(event: RecordedEvent): boolean {
    if (event.type === EventType.Meta) event.data.href = cleanUrl(event.data.href, this.keepParams);
    if (event.type === EventType.FullSnapshot) {
      this.removedNames.clear();
      this.wantsSnapshot = false;
      this.readStyles(event.data.node);
      this.walk(event.data.node, this.privacy.base, "");
    }
    if (event.type !== EventType.Incremental) return true;
    if (event.data.source === Source.Mutation) return this.mutation(event.data);
    if (event.data.source === Source.Input) this.input(event.data);
    return true;
  }

  private input(data: { id: number; text: string }): void {
    const el = this.mirror.getNode(data.id) as Element | null;
    if (typeof data.text === "string") data.text = el ? this.privacy.field(el, data.text) : data.text && MASK;
  }

  private mutation(data: any): boolean {
    for (const added of data.adds) {
      this.readStyles(added.node);
      const parent = this.mirror.getNode(added.parentId);
      this.walk(added.node, this.privacy.ruleFor(parent), tagOf(parent));
    }
    for (const change of data.attributes) this.readStyle(change.attributes._cssText);
    data.attributes = data.attributes.filter((change: { id: number; attributes: Attributes }) => {
      const el = this.mirror.getNode(change.id) as Element | null;
      this.scrubOne(tagOf(el), change.attributes, el, this.privacy.ruleFor(el));
      return Object.keys(change.attributes).length > 0;
    });
    for (const text of data.texts) {
      const parent = this.mirror.getNode(text.id)?.parentNode ?? null;
      if (typeof text.value === "string") text.value = this.text(text.value, tagOf(parent), this.privacy.ruleFor(parent));
    }
    return data.adds.length + data.attributes.length + data.texts.length + data.removes.length > 0;
  }

  /** Masks a subtree. rule is what holds around it, parentTag the element it lies in. */
  private walk(node: SerializedNode, rule: Rule, parentTag: string): void {
    if (node.type === NodeType.Element) {
      const el = this.mirror.getNode(node.id) as Element | null;
      const tag = node.tagName ?? "";
      const own = (el && this.privacy.rule(el)) || rule;
      if (node.attributes) this.scrubOne(tag, node.attributes, el, own);
      for (const child of node.childNodes ?? []) this.walk(child, own, tag);
      return;
    }
    if (node.type === NodeType.Document) {
      for (const child of node.childNodes ?? []) this.walk(child, rule, parentTag);
      return;
    }
    if (node.type === NodeType.Text || node.type === NodeType.CDATA) node.textContent = this.text(node.textContent ?? "", parentTag, rule);
    if (node.type === NodeType.Comment) node.textContent = "";
  }

  private text(text: string, parentTag: string, rule: Rule): string {
    if (parentTag === "style" || parentTag === "script") return text; // rrweb has taken scripts out
    if (parentTag === "noscript") return ""; // never shown where the recorder runs
    if (parentTag === "textarea" || parentTag === "option") return rule === "allow" || !text.trim() ? text : MASK;
    return rule === "mask" ? maskText(text) : text;
  }

  private scrubOne(tag: string, attributes: Attributes, el: Element | null, rule: Rule): void {
    scrubAttributes(tag, attributes, el, rule, {
      privacy: this.privacy,
      keepParams: this.keepParams,
      styled: (name) => {
        if (this.styledNames.has(name)) return true;
        this.removedNames.add(name);
        return false;
      },
    });
  }

  private readStyles(node: SerializedNode): void {
    if (node.type === NodeType.Element && (node.tagName === "style" || node.tagName === "link")) {
      this.readStyle(node.attributes?.["_cssText"]);
      for (const child of node.childNodes ?? []) this.readStyle(child.textContent);
      return;
    }
    for (const child of node.childNodes ?? []) this.readStyles(child);
  }

  private readStyle(css: unknown): void {
    if (typeof css !== "string") return;
    for (const [, name] of css.matchAll(DATA_IN_CSS)) {
      const lower = name!.toLowerCase();
      this.styledNames.add(lower);
      if (this.removedNames.has(lower)) this.wantsSnapshot = true;
    }
  }
}

function tagOf(node: Node | null): string {
  return node && node.nodeType === 1 ? (node as Element).tagName.toLowerCase() : "";
}
