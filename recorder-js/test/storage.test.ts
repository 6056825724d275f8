import { describe, expect, it } from "vitest";
import { keyValue } from "../src/storage.js";

const forbidden = () => {
  throw new DOMException("denied", "SecurityError");
};

describe("keyValue", () => {
  it("keeps values over instances", () => {
    expect(keyValue(() => localStorage).set("a", { n: 1 })).toBe(true);
    expect(keyValue(() => localStorage).get("a")).toEqual({ n: 1 });
  });
  it("works in memory where storage is forbidden", () => {
    const store = keyValue(forbidden);
    expect(store.set("a", 1)).toBe(true);
    expect(store.get("a")).toBe(1);
    store.remove("a");
    expect(store.get("a")).toBeNull();
  });
  it("reports a full storage instead of throwing", () => {
    const full = { getItem: () => null, setItem: forbidden, removeItem: forbidden } as unknown as Storage;
    const store = keyValue(() => full);
    expect(store.set("a", 1)).toBe(false);
    expect(() => store.remove("a")).not.toThrow();
  });
  it("takes what is no JSON for nothing", () => {
    localStorage.setItem("broken", "{");
    expect(keyValue(() => localStorage).get("broken")).toBeNull();
  });
});
