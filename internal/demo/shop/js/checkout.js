// Paying. After a failed coupon the total is not a number, and the button to pay does nothing: what
// people then do and say is what the demo's recordings are about.

import { picture } from "./art.js";
import { find, h } from "./dom.js";
import { frame, main } from "./frame.js";
import { track } from "./replay.js";
import { cart, coupon, sums } from "./store.js";
import { language, won, words } from "./words.js";

frame(words("checkoutTitle"));
const lines = await cart.lines();
const { subtotal, delivery, total } = sums(lines);

const field = (key, attributes = {}) => h("label", {}, words(key), h("input", { name: key, required: true, ...attributes }));
const group = (key, ...fields) => h("fieldset", {}, h("legend", {}, words(key)), ...fields);
const pay = h("button.main.pay", {}, words("pay", { total: Number.isNaN(total) ? won(subtotal + delivery) : won(total) }));
const form = h("form.checkout", { novalidate: true, submit },
  group("contact", field("name", { autocomplete: "name" }), field("email", { type: "email", autocomplete: "email" }), field("phone", { type: "tel", autocomplete: "tel" })),
  group("address", field("street", { autocomplete: "street-address" }), h("div.pair", {}, field("city", { autocomplete: "address-level2" }), field("postcode", { autocomplete: "postal-code", inputmode: "numeric" })), h("label", {}, words("note"), h("textarea", { name: "note", rows: 2 }))),
  group("payment", field("card", { autocomplete: "cc-number", inputmode: "numeric", maxlength: 19 }), h("div.pair", {}, field("expiry", { autocomplete: "cc-exp" }), field("cvc", { autocomplete: "cc-csc", inputmode: "numeric", maxlength: 4 }))),
  h("input", { type: "hidden", name: "order-token", value: Math.random().toString(36).slice(2) }),
  pay,
);

main.append(h("h1", {}, words("checkoutTitle")), h("div.cart-page", {}, form, h("aside.summary", {}, lines.map(({ product, quantity }) =>
  h("div.small-line", {}, h("img", { src: picture(product.art), alt: "", width: 56, height: 56 }), h("span", {}, `${product.name[language]} × ${quantity}`), h("span", {}, won(product.price * quantity)))),
  h("div.row.total", {}, h("span", {}, words("total")), h("span", {}, won(Number.isNaN(total) ? subtotal + delivery : total))))));

async function submit(event) {
  event.preventDefault();
  if (Number.isNaN(total)) return; // the mistake: nobody is told
  const missing = [...form.elements].filter((el) => el.required && !el.value);
  for (const el of form.elements) el.closest("label")?.classList.toggle("missing", missing.includes(el));
  if (missing.length) {
    find(".missing input", form).focus();
    return;
  }
  pay.disabled = true;
  const response = await fetch("/demo/api/orders", { method: "POST", body: JSON.stringify({ total }) });
  const { order } = await response.json();
  track("order placed", { total, items: lines.length });
  sessionStorage.setItem("haru.order", order);
  cart.clear();
  coupon.clear();
  location.href = "/demo/thanks";
}
