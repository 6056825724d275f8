// Web storage that never throws: it is switched off, full or forbidden in many browsers.

/** What the recorder keeps of localStorage or sessionStorage. */
export interface KeyValue {
  get<T>(key: string): T | null;
  /** Reports whether the value was kept. */
  set(key: string, value: unknown): boolean;
  remove(key: string): void;
}

/** Wraps a Storage; without one (it is reached through a getter that may throw) values live in memory. */
export function keyValue(reach: () => Storage | undefined): KeyValue {
  let storage: Storage | undefined;
  try {
    storage = reach() ?? undefined;
  } catch {
    storage = undefined;
  }
  const memory = new Map<string, string>();
  return {
    get<T>(key: string): T | null {
      try {
        const text = storage ? storage.getItem(key) : (memory.get(key) ?? null);
        return text === null ? null : (JSON.parse(text) as T);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        const text = JSON.stringify(value);
        if (storage) storage.setItem(key, text);
        else memory.set(key, text);
        return true;
      } catch {
        return false;
      }
    },
    remove(key) {
      try {
        if (storage) storage.removeItem(key);
        else memory.delete(key);
      } catch {
        // Nothing can be done, and nothing depends on it.
      }
    },
  };
}
