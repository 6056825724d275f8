// The cart. The coupon is the demo's deliberate mistake: the call fails, and the code reads a
// discount out of an answer that has none.

import { picture } from "./art.js";
import { find, h } from "./dom.js";
import { frame, main } from "./frame.js";
import { cart, coupon, sums } from "./store.js";
import { language, won, words } from "./words.js";

frame(words("cartTitle"));
main.append(h("h1", {}, words("cartTitle")), h("div.cart-page", {}));

async function draw() {
  const lines = await cart.lines();
  const page = find(".cart-page");
  if (lines.length === 0) {
    page.replaceChildren(h("div.empty", {}, h("p", {}, words("cartEmpty")), h("a.main", { href: "/demo/" }, words("keepLooking"))));
    return;
  }
  page.replaceChildren(h("div.lines", {}, lines.map(line)), summary(lines));
}

function line({ product, quantity }) {
  const set = (n) => () => {
    cart.set(product.id, n);
    draw();
  };
  return h("div.line", {},
    h("a", { href: `/demo/products/${product.id}` }, h("img", { src: picture(product.art), alt: "", width: 96, height: 96 })),
    h("div.what", {}, h("a", { href: `/demo/products/${product.id}` }, product.name[language]), h("span.small", {}, won(product.price)), h("button.link", { click: set(0) }, words("remove"))),
    h("div.amount", {}, h("button", { click: set(quantity - 1), "aria-label": "−" }, "−"), h("output", {}, quantity), h("button", { click: set(quantity + 1), "aria-label": "+" }, "+")),
    h("strong", {}, won(product.price * quantity)),
  );
}

function summary(lines) {
  const { subtotal, delivery, total } = sums(lines);
  const row = (name, value, kind = "row") => h(`div.${kind}`, {}, h("span", {}, name), h("span", {}, value));
  const code = h("input", { name: "coupon", autocomplete: "off", "aria-label": words("coupon"), placeholder: words("coupon") });
  return h("aside.summary", {},
    row(words("subtotal"), won(subtotal)),
    row(words("shipping"), delivery ? won(delivery) : words("free")),
    coupon.get() !== 0 && row(words("discount"), "−" + won(coupon.get())),
    row(words("total"), won(total), "row.total"),
    h("form.coupon", { submit: (event) => apply(event, code.value) }, code, h("button.quiet", {}, words("apply"))),
    h("a.main", { href: "/demo/checkout" }, words("checkout")),
  );
}

async function apply(event, code) {
  event.preventDefault();
  const response = await fetch("/demo/api/coupon", { method: "POST", body: JSON.stringify({ code }) });
  if (!response.ok) console.error("coupon service answered", response.status);
  const result = await response.json();
  coupon.set("pending");
  requestAnimationFrame(() => showDiscount(result));
}

function showDiscount(result) {
  // Wrong where the service failed: there is no coupon in its answer.
  coupon.set(result.coupon.discount);
  draw();
}

draw();
