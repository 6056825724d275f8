// One product in a list.

import { picture } from "./art.js";
import { h, toast } from "./dom.js";
import { track } from "./replay.js";
import { cart } from "./store.js";
import { language, won, words } from "./words.js";

/** The card of a product; extra is shown below its price. */
export function card(product, extra) {
  const href = `/demo/products/${product.id}`;
  const name = product.name[language];
  const add = () => {
    cart.add(product.id);
    track("added to cart", { product: product.id, price: product.price });
    toast(words("added"));
  };
  return h("article.card", {},
    h("a.picture", { href }, h("img", { src: picture(product.art), alt: name, width: 320, height: 320 })),
    h("div.text", {}, h("a.name", { href }, name), h("span.rating", {}, "★ " + product.rating.toFixed(1))),
    h("div.text", {}, h("span.price", {}, won(product.price)), extra ?? h("button.add", { click: add, "aria-label": words("add") }, "+")),
  );
}
