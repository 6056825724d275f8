// Putting our function in place of the page's, and taking it away again.

/**
 * Replaces target[name] by wrap(original) and returns how to undo it. If someone else has wrapped
 * ours meanwhile, theirs is left in place: taking it out would break them.
 */
export function patch<T extends object, K extends keyof T & string>(
  target: T,
  name: K,
  wrap: (original: T[K]) => T[K],
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = target[name];
  if (typeof original !== "function") return () => {};
  const ours = wrap(original);
  target[name] = ours;
  return () => {
    if (target[name] !== ours) return;
    if (own) Object.defineProperty(target, name, own);
    else delete target[name];
  };
}

/** Adds an event listener and returns how to remove it. */
export function listen(
  target: EventTarget,
  type: string,
  handler: (event: any) => void,
  options: AddEventListenerOptions = {},
): () => void {
  target.addEventListener(type, handler, options);
  return () => target.removeEventListener(type, handler, options);
}

/** Allows n calls per minute; the rest is refused. */
export function perMinute(n: number, now: () => number = Date.now): () => boolean {
  let minute = -1;
  let used = 0;
  return () => {
    const current = Math.floor(now() / 60_000);
    if (current !== minute) {
      minute = current;
      used = 0;
    }
    return ++used <= n;
  };
}
