// Which attributes of an element may be recorded. rrweb takes all of them as they are, but for
// values of most fields; the rest is decided here.

import { MASK, type Privacy, type Rule } from "./privacy.js";
import { cleanUrl } from "./url.js";

/** Attributes as rrweb keeps them; a style change is an object. */
export type Attributes = Record<string, unknown>;

/** Attributes that hold words, or a whole document, or a secret of the page. */
const WORDS = new Set(["title", "alt", "label", "summary", "abbr", "download", "content"]);
const NEVER = new Set(["srcdoc", "nonce", "integrity", "ping"]);
/** ARIA attributes that tell a state or a relation, which style sheets use; the others hold words or values. */
const ARIA_STATE =
  /^aria-(atomic|autocomplete|busy|checked|col|controls|current|describedby|details|disabled|dropeffect|errormessage|expanded|flowto|grabbed|haspopup|hidden|invalid|keyshortcuts|labelledby|level|live|modal|multi|orientation|owns|posinset|pressed|readonly|relevant|required|row|selected|setsize|sort|activedescendant)/;
/** Elements whose value is part of how they look and was not typed. */
const SHOWN_VALUE = new Set(["li", "progress", "meter"]);
const FIELDS = new Set(["input", "textarea", "select"]);
/** Where a URL leads somewhere. The URLs of images, scripts, media and style sheets keep their query: without it they do not load. */
const LINKS = new Set(["a", "area", "base", "form", "button", "input", "iframe", "frame", "embed", "object", "blockquote", "q", "del", "ins"]);
const LINK_ATTRIBUTES = new Set(["href", "xlink:href", "action", "formaction", "src", "rr_src", "data", "cite"]);
/** Relations of a <link> that the page needs to look right. */
const ASSET_REL = /stylesheet|icon|preload/i;
/** The <meta> whose content says how wide the page is laid out, and nothing else. */
const LAYOUT_META = /^(viewport|color-scheme|theme-color)$/i;

/** What the decisions of one page need besides the element. */
export interface Context {
  privacy: Privacy;
  keepParams: readonly string[];
  /** Whether a style sheet of the page selects by, or shows, this data-* attribute. */
  styled: (name: string) => boolean;
}

/** Masks or removes, in place, what must not be recorded of an element's attributes. */
export function scrubAttributes(tag: string, attributes: Attributes, el: Element | null, rule: Rule, context: Context): void {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (typeof value !== "string" || name.startsWith("rr_media") || name === "_cssText") continue;
    const kept = keep(tag, name.toLowerCase(), value, attributes, el, rule, context);
    if (kept === undefined) delete attributes[name];
    else attributes[name] = kept;
  }
}

/** Returns what is recorded of the attribute, undefined for nothing. */
function keep(
  tag: string, name: string, value: string, all: Attributes, el: Element | null, rule: Rule, context: Context,
): string | undefined {
  if (NEVER.has(name) || name.startsWith("on")) return undefined;
  if (name === "value") return keepValue(tag, value, el, rule, context);
  // One space still makes :placeholder-shown match, which floating labels are built on.
  if (name === "placeholder") return rule === "allow" ? value : " ";
  if (WORDS.has(name)) return rule === "allow" || (tag === "meta" && isLayoutMeta(all, el)) ? value : undefined;
  if (name.startsWith("aria-")) return rule === "allow" || ARIA_STATE.test(name) ? value : undefined;
  if (name.startsWith("data-")) {
    const own = name === "data-afterimage" || name === "data-rr-is-password";
    return own || rule === "allow" || context.styled(name) ? value : undefined;
  }
  if (LINK_ATTRIBUTES.has(name) && leads(tag, all, el)) return value && cleanUrl(value, context.keepParams, el?.baseURI);
  return value;
}

function keepValue(tag: string, value: string, el: Element | null, rule: Rule, context: Context): string | undefined {
  if (FIELDS.has(tag)) return el ? context.privacy.field(el, value, rule) : value && MASK;
  if (SHOWN_VALUE.has(tag) || rule === "allow") return value;
  return undefined;
}

function leads(tag: string, all: Attributes, el: Element | null): boolean {
  if (tag === "input") return !/image/i.test(el?.getAttribute("type") ?? ""); // src is a picture there
  if (tag !== "link") return LINKS.has(tag);
  const rel = String(all["rel"] ?? el?.getAttribute("rel") ?? "");
  return !ASSET_REL.test(rel);
}

function isLayoutMeta(all: Attributes, el: Element | null): boolean {
  return LAYOUT_META.test(String(all["name"] ?? el?.getAttribute("name") ?? ""));
}
