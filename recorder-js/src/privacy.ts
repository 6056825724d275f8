// What of the page may be recorded. What a person typed is masked unless the site allows it; what the
// site marks with data-afterimage="mask" or "block" never leaves the browser. The nearest mark wins.

import type { Options } from "./types.js";

/** Stands for anything that was in a field. It has one length, so that it does not tell how long a password is. */
export const MASK = "••••••";

const MARK = "data-afterimage";
/** rrweb leaves these behind when a password field is turned into a text field to show it. */
const WAS_PASSWORD = "data-rr-is-password";
/** Values of autocomplete that say a field holds a secret, a card or a one-time code. */
const SECRET_AUTOCOMPLETE = /(^|\s)(cc-|current-password|new-password|one-time-code)/i;
/** Types of input whose value is a label that the site wrote, shown as any other text is. */
const LABEL_TYPES = new Set(["submit", "button", "reset", "image"]);

/** Whether text is masked or shown; undefined where an element says nothing about it. */
export type Rule = "mask" | "allow" | undefined;

/** The rules of one site. Elements may be of any document that is recorded, in shadow trees too. */
export class Privacy {
  constructor(private readonly options: Pick<Options, "maskInputs" | "maskText" | "maskSelector" | "blockSelector" | "allowSelector">) {}

  /** Selector of the elements of which nothing but the size is recorded. */
  get blockSelector(): string {
    const own = `[${MARK}~="block"]`;
    return this.options.blockSelector ? `${own},${this.options.blockSelector}` : own;
  }

  /** What holds where no element says anything. */
  get base(): Rule {
    return this.options.maskText ? "mask" : undefined;
  }

  /** What the element itself says about the text inside it. */
  rule(el: Element): Rule {
    const mark = el.getAttribute(MARK);
    const words = mark ? mark.split(/\s+/) : [];
    const { maskSelector, allowSelector } = this.options;
    if (words.includes("mask") || el.classList.contains("rr-mask") || (maskSelector && el.matches(maskSelector))) return "mask";
    if (words.includes("allow") || (allowSelector && el.matches(allowSelector))) return "allow";
    const editable = el.getAttribute("contenteditable");
    // Text in an editor was typed, whether or not the site thinks of it as a field.
    if (editable !== null && editable.toLowerCase() !== "false") return "mask";
    return undefined;
  }

  /** What holds for the text inside the element: the nearest rule, out of shadow trees and frames too. */
  ruleFor(node: Node | null): Rule {
    for (let at = node; at; at = outer(at)) {
      const rule = at.nodeType === 1 ? this.rule(at as Element) : undefined;
      if (rule) return rule;
    }
    return this.base;
  }

  /** What may be recorded of the value of an input, textarea or select. */
  field(el: Element, value: string, rule: Rule = this.ruleFor(el)): string {
    if (!value || this.shows(el, rule)) return value;
    return MASK;
  }

  private shows(el: Element, rule: Rule): boolean {
    const type = (el.getAttribute("type") ?? "").toLowerCase();
    if (type === "password" || type === "hidden" || type === "file" || el.hasAttribute(WAS_PASSWORD)) return false;
    if (SECRET_AUTOCOMPLETE.test(el.getAttribute("autocomplete") ?? "")) return false;
    if (el.tagName === "INPUT" && LABEL_TYPES.has(type)) return rule !== "mask";
    if (rule === "mask") return false;
    return rule === "allow" || this.options.maskInputs === false;
  }
}

/** Masks text in place: the same length and spaces keep the layout, no character stays. */
export function maskText(text: string): string {
  return text.replace(/\S/gu, "•");
}

/** The node around a node, across the borders of shadow trees and frames of the same origin. */
function outer(node: Node): Node | null {
  if (node.parentNode) return node.parentNode;
  if (node.nodeType === 11 && "host" in node) return (node as ShadowRoot).host;
  if (node.nodeType !== 9) return null;
  try {
    return (node as Document).defaultView?.frameElement ?? null;
  } catch {
    return null;
  }
}
