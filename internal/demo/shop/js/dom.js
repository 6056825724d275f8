// Small helpers to build and find elements.

/** Finds one element. */
export const find = (selector, root = document) => root.querySelector(selector);

/** Builds an element: h("a.button", {href: "/"}, "text", child…). Functions become event handlers. */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const el = document.createElement(tag);
  if (classes.length) el.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") el.addEventListener(name, value);
    else if (value !== false && value != null) el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat().filter((child) => child != null && child !== false));
  return el;
}

/** Shows a short message at the bottom of the page. */
export function toast(text) {
  find(".toast")?.remove();
  const el = h("div.toast", { role: "status" }, text);
  document.body.append(el);
  setTimeout(() => el.remove(), 2600);
}
