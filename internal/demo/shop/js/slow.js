// The outlet: a page that waits for a slow answer.

import { card } from "./card.js";
import { h } from "./dom.js";
import { frame, main } from "./frame.js";
import { products } from "./store.js";
import { words } from "./words.js";

frame(words("outletTitle"));
const list = h("div.grid", {}, [...Array(4)].map(() => h("div.card.waiting")));
const waiting = h("p.small", { role: "status" }, words("counting"));
main.append(h("h1", {}, words("outletTitle")), h("p", {}, words("outletText")), waiting, list);

const [all, stock] = await Promise.all([products(), fetch("/demo/api/stock").then((response) => response.json())]);
waiting.remove();
list.replaceChildren(...stock.map(({ id, left }) => card(all.find((product) => product.id === id), h("span.left", {}, words("left", { n: left })))));
