import { describe, expect, it, vi } from "vitest";
import { listen, patch, perMinute } from "../src/patch.js";

describe("patch", () => {
  it("wraps and puts back the very same property", () => {
    const target = { f: () => 1 };
    const before = Object.getOwnPropertyDescriptor(target, "f");
    const undo = patch(target, "f", (original) => () => original() + 1);
    expect(target.f()).toBe(2);
    undo();
    expect(Object.getOwnPropertyDescriptor(target, "f")).toEqual(before);
  });
  it("takes away what was inherited before", () => {
    const target = Object.create({ f: () => 1 }) as { f: () => number };
    const undo = patch(target, "f", () => () => 2);
    undo();
    expect(Object.hasOwn(target, "f")).toBe(false);
    expect(target.f()).toBe(1);
  });
  it("leaves a later wrapper of someone else in place", () => {
    const target = { f: () => "page" };
    const undo = patch(target, "f", (original) => () => original());
    const ours = target.f;
    target.f = () => "theirs " + ours();
    undo();
    expect(target.f()).toBe("theirs page");
  });
});

describe("listen", () => {
  it("hears until it is undone", () => {
    const heard = vi.fn();
    const undo = listen(window, "x", heard, { capture: true });
    dispatchEvent(new Event("x"));
    undo();
    dispatchEvent(new Event("x"));
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe("perMinute", () => {
  it("refuses beyond the limit and begins anew each minute", () => {
    let now = 60_000;
    const allow = perMinute(2, () => now);
    expect([allow(), allow(), allow()]).toEqual([true, true, false]);
    now += 60_000;
    expect(allow()).toBe(true);
  });
});
