// What a click was on, in words: rrweb names only the node's number, and whoever lists clicks has no page at hand.

import { maskText, type Privacy } from "./privacy.js";
import { cap } from "./url.js";

/** Longest label, in characters: a button's words, not an article's. */
const LABEL_CHARS = 80;
/** Steps of a selector upwards, enough to find the element again by eye. */
const SELECTOR_STEPS = 3;
/** What people mean to click on; a click on the icon inside is a click on it. */
const CLICKABLE = "button,a,label,summary,select,input,textarea,[role=button],[role=tab],[role=menuitem],[role=option],[role=radio],[onclick]";
/** Elements whose text was typed or chosen, or is never shown. */
const UNSAID = "select,textarea,script,style,noscript,option";

/** Describes the element of a click: its visible words, masked as they are in the recording, and where it is. */
export function describeClick(target: Element, privacy: Privacy): { label: string; selector: string } {
  const meant = target.closest(CLICKABLE);
  const el = meant ?? target;
  // A click beside everything is on a container: the words of all that is in it would say nothing.
  const label = meant || target.childElementCount === 0 ? words(el, privacy) : "";
  return { label, selector: selectorOf(el) };
}

function words(el: Element, privacy: Privacy): string {
  const from = el.tagName === "INPUT" || el.matches("select,textarea") ? (el as HTMLInputElement).labels?.[0] : el;
  if (el.matches("input[type=submit],input[type=button],input[type=reset]")) return cap(privacy.field(el, (el as HTMLInputElement).value), LABEL_CHARS);
  if (!from) return "";
  let said = "";
  const walker = document.createTreeWalker(from, 4 /* text */);
  while (said.length < LABEL_CHARS && walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!parent || parent.closest(UNSAID) || parent.closest(privacy.blockSelector)) continue;
    const text = (node.nodeValue ?? "").replace(/\s+/g, " ");
    said += privacy.ruleFor(parent) === "mask" ? maskText(text) : text;
  }
  return cap(said.replace(/\s+/g, " ").trim(), LABEL_CHARS);
}

/** A short CSS selector: tags with id or up to two classes, from at most two ancestors on. */
function selectorOf(el: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = el; at && steps.length < SELECTOR_STEPS && at.tagName !== "BODY"; at = at.parentElement) {
    const id = at.id ? "#" + CSS.escape(at.id) : "";
    const classes = id ? "" : [...at.classList].slice(0, 2).map((name) => "." + CSS.escape(name)).join("");
    steps.unshift(at.tagName.toLowerCase() + id + classes);
    if (id) break;
  }
  return steps.join(" > ");
}
