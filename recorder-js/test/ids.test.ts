// @vitest-environment node
import { describe, expect, it } from "vitest";
import { newSecret, uuidv7 } from "../src/ids.js";

describe("uuidv7", () => {
  it("is a lower-case UUID of version 7 and variant 10", () => {
    for (let i = 0; i < 50; i++) expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it("begins with its time in milliseconds", () => {
    expect(uuidv7(0x0192_abcd_ef12).slice(0, 13)).toBe("0192abcd-ef12");
  });
  it("sorts by time and never repeats", () => {
    expect(uuidv7(1_700_000_000_000) < uuidv7(1_700_000_000_001)).toBe(true);
    expect(new Set(Array.from({ length: 1000 }, () => uuidv7(1))).size).toBe(1000);
  });
});

describe("newSecret", () => {
  it("is 128 random bits as 32 hexadecimal digits", () => {
    expect(newSecret()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSecret()).not.toBe(newSecret());
  });
});
