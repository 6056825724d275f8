// Which pages were seen: afterimage.page at each load and each navigation inside the page.

import { listen, patch } from "./patch.js";
import { cap, cleanUrl, redact } from "./url.js";

/** What is recorded of a page. Addresses have no query and fragment. */
export interface PagePayload {
  url: string;
  title: string;
  referrer: string;
}

/** The page that is shown now. */
export function currentPage(keepParams: readonly string[], referrer: string = document.referrer): PagePayload {
  return {
    url: cap(cleanUrl(location.href, keepParams), 2000),
    title: redact(cap(document.title, 500)),
    referrer: referrer && cap(cleanUrl(referrer, keepParams), 2000),
  };
}

/** Calls emit now and whenever the address has changed. */
export function watchPages(keepParams: readonly string[], emit: (page: PagePayload) => void): () => void {
  let shown = currentPage(keepParams);
  emit(shown);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    if (waiting !== undefined) return;
    // Routers change the address first and the title with what they draw next.
    waiting = setTimeout(() => {
      waiting = undefined;
      const page = currentPage(keepParams, shown.url);
      if (page.url === shown.url) return; // only the query or the fragment, which are not recorded
      shown = page;
      emit(page);
    }, 0);
  };
  const after = (original: (...args: any[]) => void) =>
    function (this: History, ...args: any[]) {
      original.apply(this, args);
      look();
    };
  const undo = [
    patch(history, "pushState", after as never),
    patch(history, "replaceState", after as never),
    listen(window, "popstate", look),
    () => clearTimeout(waiting),
  ];
  return () => undo.forEach((f) => f());
}
