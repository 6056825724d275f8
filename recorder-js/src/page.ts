// Which pages were seen: afterimage.page at each load and each navigation inside the page.

import { listen, patch } from "./patch.js";
import { cap, cleanUrl, redact } from "./url.js";

/** What is recorded of a page. Addresses have no query and fragment; referrer is empty for a page of the site itself. */
export interface PagePayload {
  url: string;
  title: string;
  referrer: string;
}

/** The page that is shown now. */
export function currentPage(keepParams: readonly string[]): PagePayload {
  const { referrer } = document;
  // Where a visit came from is worth knowing; which page of the site was before is in the recording.
  const outside = referrer !== "" && !referrer.startsWith(location.origin + "/");
  return {
    url: cap(cleanUrl(location.href, keepParams), 2000),
    title: redact(cap(document.title, 500)),
    referrer: outside ? cap(cleanUrl(referrer, keepParams), 2000) : "",
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
      const page = { ...currentPage(keepParams), referrer: "" };
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
