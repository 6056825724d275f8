// What the shop knows: its products, the cart and who is signed in.

let loading;

/** All products. */
export function products() {
  loading ??= fetch("/demo/api/products").then((response) => response.json());
  return loading;
}

const read = (key, otherwise) => JSON.parse(localStorage.getItem(key) ?? "null") ?? otherwise;
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value));

/** The cart: {product id: quantity}. */
export const cart = {
  all: () => read("haru.cart", {}),
  count: () => Object.values(cart.all()).reduce((sum, n) => sum + n, 0),
  set(id, quantity) {
    const all = cart.all();
    if (quantity > 0) all[id] = quantity;
    else delete all[id];
    write("haru.cart", all);
    dispatchEvent(new Event("haru:cart"));
  },
  add: (id, quantity = 1) => cart.set(id, (cart.all()[id] ?? 0) + quantity),
  clear: () => write("haru.cart", {}),
  /** The cart's lines, with their products. */
  async lines() {
    const byId = new Map((await products()).map((product) => [product.id, product]));
    return Object.entries(cart.all()).filter(([id]) => byId.has(id)).map(([id, quantity]) => ({ product: byId.get(id), quantity }));
  },
};

/** Who is signed in: {id, name, email} or null. */
export const user = {
  get: () => read("haru.user", null),
  set: (value) => write("haru.user", value),
};

/** What the coupon takes off. The demo's mistake: after a failed coupon this is not a number. */
export const coupon = {
  get: () => (sessionStorage.getItem("haru.discount") === null ? 0 : Number(sessionStorage.getItem("haru.discount"))),
  set: (amount) => sessionStorage.setItem("haru.discount", String(amount)),
  clear: () => sessionStorage.removeItem("haru.discount"),
};

const FREE_FROM = 50000;
const DELIVERY = 3000;

/** The sums of a cart. */
export function sums(lines) {
  const subtotal = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  const delivery = subtotal === 0 || subtotal >= FREE_FROM ? 0 : DELIVERY;
  return { subtotal, delivery, total: subtotal + delivery - coupon.get() };
}
