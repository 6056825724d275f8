import { beforeEach, describe, expect, it } from "vitest";
import { MASK, maskText, Privacy } from "../src/privacy.js";

const $ = (selector: string) => document.querySelector(selector)!;
const page = (html: string) => (document.body.innerHTML = html);

beforeEach(() => page(""));

describe("fields", () => {
  it("has one mask, whatever was typed", () => {
    page("<input><input type=password><textarea></textarea><select><option>x</select>");
    const privacy = new Privacy({});
    for (const el of document.querySelectorAll("input,textarea,select")) {
      expect(privacy.field(el, "a")).toBe(MASK);
      expect(privacy.field(el, "a much longer secret")).toBe(MASK);
      expect(privacy.field(el, "")).toBe("");
    }
  });
  it("shows what the site allows", () => {
    page("<div data-afterimage=allow><input></div>");
    expect(new Privacy({}).field($("input"), "shown")).toBe("shown");
    page("<input class=ok>");
    expect(new Privacy({ allowSelector: ".ok" }).field($("input"), "shown")).toBe("shown");
    expect(new Privacy({ maskInputs: false }).field($("input"), "shown")).toBe("shown");
  });
  it.each([
    '<input type="password">', '<input type="PASSWORD">', '<input type="hidden">', '<input type="text" data-rr-is-password="true">', '<input type="file">',
    '<input autocomplete="cc-number">', '<input autocomplete="billing cc-csc">', '<input autocomplete="one-time-code">', '<input autocomplete="new-password">',
  ])("never shows %s", (html) => {
    page(`<div data-afterimage="allow">${html}</div>`);
    expect(new Privacy({ maskInputs: false }).field($("input"), "secret")).toBe(MASK);
  });
  it("masks a field inside a masked part even where fields are shown", () => {
    page('<div data-afterimage="mask"><input></div>');
    expect(new Privacy({ maskInputs: false }).field($("input"), "secret")).toBe(MASK);
  });
  it("shows the label of a button, unless it is in a masked part", () => {
    page('<input type="submit" id=a><div class="rr-mask"><input type="submit" id=b></div>');
    expect(new Privacy({}).field($("#a"), "Pay")).toBe("Pay");
    expect(new Privacy({}).field($("#b"), "Pay Kim")).toBe(MASK);
  });
});

describe("text", () => {
  it("follows the nearest mark", () => {
    page('<div data-afterimage="mask"><p id=a></p><div data-afterimage="allow"><p id=b></p><i id=c data-afterimage="mask"></i></div></div><p id=d></p>');
    const privacy = new Privacy({});
    expect(["#a", "#b", "#c", "#d"].map((s) => privacy.ruleFor($(s)))).toEqual(["mask", "allow", "mask", undefined]);
  });
  it("is masked in editors, unless allowed", () => {
    page('<div contenteditable><b id=a></b></div><div contenteditable="false" id=b></div><div contenteditable data-afterimage="allow" id=c></div>');
    const privacy = new Privacy({});
    expect(["#a", "#b", "#c"].map((s) => privacy.ruleFor($(s)))).toEqual(["mask", undefined, "allow"]);
  });
  it("is masked everywhere on demand", () => {
    page('<p id=a></p><p id=b data-afterimage="allow"></p>');
    const privacy = new Privacy({ maskText: true });
    expect([privacy.ruleFor($("#a")), privacy.ruleFor($("#b"))]).toEqual(["mask", "allow"]);
  });
  it("is masked inside shadow trees of a masked part", () => {
    page('<div data-afterimage="mask"><x-card></x-card></div>');
    const root = $("x-card").attachShadow({ mode: "open" });
    root.innerHTML = "<p>secret</p>";
    expect(new Privacy({}).ruleFor(root.firstElementChild)).toBe("mask");
  });
  it("is masked inside frames of a masked part", () => {
    page('<div data-afterimage="mask"><iframe></iframe></div>');
    const inner = (document.querySelector("iframe")!.contentDocument as Document).body;
    expect(new Privacy({}).ruleFor(inner)).toBe("mask");
  });
  it("keeps its length and spaces, and no character", () => {
    expect(maskText("Kim 민지 😀\n1")).toBe("••• •• •\n•");
  });
});

describe("blocking", () => {
  it("has the site's own selector beside ours", () => {
    page('<p data-afterimage="block mask"></p><p class=x></p>');
    expect(document.querySelectorAll(new Privacy({ blockSelector: ".x" }).blockSelector)).toHaveLength(2);
  });
});
