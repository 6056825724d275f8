// What every page has: the header, the footer, signing in and the button to report a problem.

import { find, h, toast } from "./dom.js";
import { answer, identify } from "./replay.js";
import { cart, user } from "./store.js";
import { language, switchLanguage, words } from "./words.js";

const LOGO = '<svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true"><circle cx="16" cy="16" r="15" fill="#2f4a3c"/><path d="M6 20c6-7 14-7 20 0" stroke="#f6efe2" stroke-width="2.4" fill="none" stroke-linecap="round"/><circle cx="16" cy="12.5" r="4.2" fill="#e3a34f"/></svg>';

/** Draws the header and footer around the page's main element. */
export function frame(title) {
  document.documentElement.lang = language;
  document.title = `${title} · Haru`;
  const logo = h("a.logo", { href: "/demo/" }, h("span.name", {}, language === "ko" ? "하루" : "Haru"));
  logo.insertAdjacentHTML("afterbegin", LOGO);
  const count = h("span.count");
  const showCount = () => {
    count.textContent = cart.count() || "";
    count.hidden = !cart.count();
  };
  showCount();
  addEventListener("haru:cart", showCount);
  const links = ["tea", "table", "home", "paper"].map((key) => h("a", { href: `/demo/#${key}` }, words(key)));
  document.body.prepend(
    h("header.top", {},
      h("div.bar", {}, logo, h("nav", {}, links, h("a.outlet", { href: "/demo/slow" }, words("outlet"))),
        h("div.tools", {}, h("button.plain", { click: switchLanguage }, words("language")), account(), h("a.plain.cart", { href: "/demo/cart" }, words("cart"), count))),
    ),
  );
  document.body.append(h("footer", {}, h("p", {}, words("footer")), h("p.small", {}, "© 2026 Haru · 서울시 성동구 · 02-555-0100")), h("button.problem", { click: reportProblem }, words("problem")));
  const known = user.get();
  if (known) identify(known);
}

function account() {
  const known = user.get();
  if (!known) return h("button.plain", { click: signIn }, words("signIn"));
  const leave = () => {
    user.set(null);
    location.reload();
  };
  return h("button.plain", { click: leave }, h("span.who", {}, words("hello", { name: known.name })), h("span.out", {}, words("signOut")));
}

function dialog(title, ...content) {
  const el = h("dialog", { "aria-label": title, close: () => el.remove() }, h("h2", {}, title), ...content);
  document.body.append(el);
  el.showModal();
  return el;
}

function signIn() {
  const name = h("input", { name: "name", autocomplete: "name", required: true });
  const email = h("input", { name: "email", type: "email", autocomplete: "email", required: true });
  const submit = (event) => {
    event.preventDefault();
    user.set({ id: "c-" + email.value.split("@")[0].replace(/\W+/g, "-"), name: name.value, email: email.value });
    location.reload();
  };
  const buttons = h("div.buttons", {}, h("button.quiet", { type: "button", click: () => box.close() }, words("cancel")), h("button.main", {}, words("signIn")));
  const box = dialog(words("account"), h("form", { submit }, h("p.small", {}, words("accountText")), h("label", {}, words("name"), name), h("label", {}, words("email"), email), buttons));
}

function reportProblem() {
  const text = h("textarea", { rows: 5, placeholder: words("problemHint"), required: true });
  const send = async (event) => {
    event.preventDefault();
    try {
      await answer({ kind: "text", survey: "problem-button", category: "problem", text: text.value });
      toast(words("sent"));
      box.close();
    } catch {
      toast(words("notSent"));
    }
  };
  const buttons = h("div.buttons", {}, h("button.quiet", { type: "button", click: () => box.close() }, words("cancel")), h("button.main", {}, words("send")));
  const box = dialog(words("problem"), h("form", { submit: send }, h("label", {}, words("problemAsk"), text), buttons));
}

/** The page's main element. */
export const main = find("main");
