// Serves the demo shop as the Go package internal/demo does, for recording without the server.
import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";

const root = new URL("../../", import.meta.url);
const shop = new URL("internal/demo/shop/", root);
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json" };
const pages = { "": "index.html", cart: "cart.html", checkout: "checkout.html", thanks: "thanks.html", slow: "slow.html" };
const stock = [["wool-throw", 2], ["ink-bowl", 3], ["paper-lamp", 1], ["letter-set", 6]].map(([id, left]) => ({ id, left }));
const json = (value, more = {}) => ({ type: types[".json"], body: JSON.stringify(value), ...more });

const calls = {
  "GET products": () => ({ type: types[".json"], body: readFileSync(new URL("products.json", shop)) }),
  "GET stock": () => json(stock, { delayMs: 3000 }),
  "POST orders": () => json({ order: "H-2047" }, { status: 201, delayMs: 700 }),
  "POST coupon": () => json({ error: "the coupon service did not answer" }, { status: 500, delayMs: 400 }),
};

/** Returns what startIngest() wants of a page, or null. */
export function shopPage(path, request) {
  if (path === "/afterimage.js") return { type: types[".js"], body: readFileSync(new URL("recorder-js/dist/afterimage.js", root)) };
  if (path.startsWith("/demo/api/")) return calls[`${request.method} ${path.slice("/demo/api/".length)}`]?.() ?? null;
  if (!path.startsWith("/demo/")) return null;
  const name = path.slice("/demo/".length);
  const file = pages[name] ?? (name.startsWith("products/") ? "product.html" : name);
  const at = new URL(file, shop);
  if (file.includes("..") || !existsSync(at)) return null;
  return { type: types[extname(file)], body: readFileSync(at, "utf8").replaceAll("{{PROJECT_KEY}}", "demo") };
}
