// @vitest-environment node
import { describe, expect, it } from "vitest";
import { layoutShift } from "../src/vitals.js";

function worst(...shifts: [at: number, value: number][]): number {
  const sum = layoutShift();
  for (const [startTime, value] of shifts) sum.add({ startTime, value });
  return sum.worst();
}

describe("cumulative layout shift", () => {
  it("is 0 for a page that stays in place", () => expect(worst()).toBe(0));
  it("adds up shifts less than a second apart", () => expect(worst([100, 0.1], [900, 0.1], [1800, 0.1])).toBeCloseTo(0.3));
  it("takes the worst of windows that are a second or more apart", () => expect(worst([0, 0.1], [1000, 0.3], [2500, 0.2])).toBeCloseTo(0.3));
  it("ends a window after five seconds", () => {
    const steady = Array.from({ length: 12 }, (_, i) => [i * 900, 0.1] as [number, number]);
    expect(worst(...steady)).toBeCloseTo(0.6);
  });
});
