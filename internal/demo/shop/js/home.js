// The first page: search, categories and all products.

import { picture } from "./art.js";
import { card } from "./card.js";
import { h } from "./dom.js";
import { frame, main } from "./frame.js";
import { products } from "./store.js";
import { language, words } from "./words.js";

frame(words("tagline"));

const CATEGORIES = ["all", "tea", "table", "home", "paper"];
const SORTS = { sortNew: () => 0, sortLow: (a, b) => a.price - b.price, sortHigh: (a, b) => b.price - a.price };

const state = { category: "all", text: "", sort: "sortNew" };
const search = h("input", { type: "search", placeholder: words("searchHint"), "aria-label": words("search"), input: () => { state.text = search.value; draw(); } });
const sort = h("select", { "aria-label": words("sort"), change: () => { state.sort = sort.value; draw(); } }, Object.keys(SORTS).map((key) => h("option", { value: key }, words(key))));
const tabs = h("div.tabs", { role: "tablist" }, CATEGORIES.map((key) => h("button", { role: "tab", click: () => choose(key) }, words(key))));
const list = h("div.grid");
const pictures = h("div.pictures");

main.append(
  h("section.hero", {}, h("div", {}, h("h1", {}, words("heroTitle")), h("p", {}, words("heroText")), h("a.main", { href: "#all" }, words("heroButton"))), pictures),
  h("section.finder", { id: "all" }, tabs, h("div.search", {}, search, sort)),
  list,
);

const all = await products();
for (const id of ["moon-jar", "snow-teapot", "paper-lamp"]) {
  pictures.append(h("img", { src: picture(all.find((product) => product.id === id).art), alt: "", width: 320, height: 320 }));
}

function choose(category) {
  state.category = category;
  draw();
}

function draw() {
  for (const [i, tab] of [...tabs.children].entries()) tab.setAttribute("aria-selected", String(CATEGORIES[i] === state.category));
  const text = state.text.trim().toLowerCase();
  const fits = ({ category, name, about }) =>
    (state.category === "all" || category === state.category) && (!text || `${name.ko} ${name.en} ${about[language]}`.toLowerCase().includes(text));
  const shown = all.filter(fits).sort(SORTS[state.sort]);
  list.replaceChildren(...(shown.length ? shown.map((product) => card(product)) : [h("p.empty", {}, words("nothing"))]));
}

const fromAddress = () => choose(CATEGORIES.includes(location.hash.slice(1)) ? location.hash.slice(1) : "all");
addEventListener("hashchange", fromAddress);
fromAddress();
