// @vitest-environment node
import { describe, expect, it } from "vitest";
import { layoutShift, slowInteraction } from "../src/vitals.js";

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

describe("interaction to next paint", () => {
  it("is 0 without a slow interaction", () => expect(slowInteraction().worst()).toBe(0));
  it("is the longest event of the slowest interaction", () => {
    const all = slowInteraction();
    for (const [id, ms] of [[1, 50], [2, 80], [1, 200], [3, 90]] as const) all.add(id, ms);
    expect(all.worst()).toBe(200);
  });
  it("leaves one outlier out of every fifty", () => {
    const all = slowInteraction();
    for (let id = 1; id <= 120; id++) all.add(id, id * 10);
    expect(all.worst()).toBe(1180);
  });
});
