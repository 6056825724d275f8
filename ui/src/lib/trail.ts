import type { Page } from '../api/types';

/** The path of a page; with what comes after "#" only where a site routes by it. */
function step(url: string): string {
  try {
    const { pathname, hash } = new URL(url);
    return pathname + (/^#!?\//.test(hash) ? hash : '');
  } catch {
    return url; // recorded as it was, even if it is no address
  }
}

/** The way through a visit: paths in order of time, one that follows itself told once. */
export function trailOf(pages: readonly Page[]): string[] {
  const steps = [...pages].sort((a, b) => a.at - b.at).map((page) => step(page.url));
  return steps.filter((path, i) => path !== steps[i - 1]);
}
