// One product. The gift wrap button does nothing: a dead click to be found in the recordings.

import { picture } from "./art.js";
import { card } from "./card.js";
import { h, toast } from "./dom.js";
import { frame, main } from "./frame.js";
import { track } from "./replay.js";
import { cart, products } from "./store.js";
import { language, won, words } from "./words.js";

const id = decodeURIComponent(location.pathname.split("/").pop());
frame(id[0].toUpperCase() + id.slice(1).replaceAll("-", " "));
const all = await products();
const product = all.find((one) => one.id === id) ?? all[0];
document.title = `${product.name[language]} · Haru`;

let quantity = 1;
const number = h("output", {}, "1");
const change = (by) => () => {
  quantity = Math.max(1, Math.min(9, quantity + by));
  number.textContent = quantity;
};
const add = () => {
  cart.add(product.id, quantity);
  track("added to cart", { product: product.id, price: product.price, quantity });
  toast(words("added"));
};

main.append(
  h("section.product", {},
    h("img", { src: picture(product.art), alt: product.name[language], width: 640, height: 640 }),
    h("div.details", {},
      h("p.small", {}, words(product.category)),
      h("h1", {}, product.name[language]),
      h("p.rating", { "aria-label": words("stars", { n: product.rating }) }, "★★★★★".slice(0, Math.round(product.rating)), h("span", {}, product.rating.toFixed(1))),
      h("p.price", {}, won(product.price)),
      h("p", {}, product.about[language]),
      h("div.amount", {}, h("span", {}, words("quantity")), h("button", { click: change(-1), "aria-label": "−" }, "−"), number, h("button", { click: change(1), "aria-label": "+" }, "+")),
      h("div.buttons", {}, h("button.main", { click: add }, words("add")), h("button.quiet.gift", {}, words("giftWrap"))),
      h("p.small", {}, words("delivery")),
    ),
  ),
  h("h2", {}, words("similar")),
  h("div.grid", {}, all.filter((one) => one.category === product.category && one !== product).slice(0, 4).map((one) => card(one))),
);
