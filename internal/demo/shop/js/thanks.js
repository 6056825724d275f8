// After the order: a question about the visit.

import { h } from "./dom.js";
import { frame, main } from "./frame.js";
import { answer } from "./replay.js";
import { words } from "./words.js";

frame(words("thanksTitle"));

let score = null;
const why = h("textarea", { rows: 3, "aria-label": words("npsWhy"), placeholder: words("npsWhy") });
const send = h("button.main", { disabled: true }, words("send"));
const scale = h("div.scale", { role: "radiogroup", "aria-label": words("npsAsk") }, [...Array(11).keys()].map((n) =>
  h("button", { type: "button", role: "radio", "aria-checked": "false", click: () => choose(n) }, String(n))));
const form = h("form.nps", { submit }, h("h2", {}, words("npsAsk")), scale, h("div.ends", {}, h("span", {}, words("npsLow")), h("span", {}, words("npsHigh"))), why, send);

main.append(h("section.thanks", {}, h("div.check", {}, "✓"), h("h1", {}, words("thanksTitle")), h("p", {}, words("thanksText", { id: sessionStorage.getItem("haru.order") ?? "H-1024" }))), form);

function choose(n) {
  score = n;
  send.disabled = false;
  for (const [i, button] of [...scale.children].entries()) button.setAttribute("aria-checked", String(i === n));
}

async function submit(event) {
  event.preventDefault();
  send.disabled = true;
  try {
    await answer({ kind: "nps", survey: "after-order", score, text: why.value || undefined });
    form.replaceChildren(h("p.sent", {}, words("sent")));
  } catch {
    send.disabled = false;
    send.textContent = words("notSent");
  }
}
