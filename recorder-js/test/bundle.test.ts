// @vitest-environment node
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const file = new URL("../dist/afterimage.js", import.meta.url);
if (!existsSync(file)) throw new Error("dist/afterimage.js is not there: run `npm run build` first");
const script = readFileSync(file, "utf8");
const budget = JSON.parse(readFileSync(new URL("../budget.json", import.meta.url), "utf8")) as { maxGzipBytes: number };

describe("dist/afterimage.js", () => {
  it("stays within the budget", () => {
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(budget.maxGzipBytes);
  });
  it.each([["eval", /\beval\s*\(/], ["Function from text", /\bFunction\s*\(\s*["'`]/], ["new Function", /new Function\b/], ["a worker", /new (Shared)?Worker\b/], ["an object URL", /createObjectURL/], ["a script element", /createElement\(["'`]script/]])(
    "has no %s, so that a strict Content-Security-Policy lets it run", (_, pattern) => expect(script).not.toMatch(pattern));
  it("is plain ASCII, whatever encoding a page is in", () => expect(/^[\x00-\x7f]*$/.test(script)).toBe(true));
});
