import { beforeAll, describe, expect, it, vi } from "vitest";
import { describeClick } from "../src/label.js";
import { Privacy } from "../src/privacy.js";

beforeAll(() => vi.stubGlobal("CSS", { escape: (text: string) => text })); // jsdom has none

function clickOn(selector: string, html: string) {
  document.body.innerHTML = html;
  return describeClick(document.querySelector(selector)!, new Privacy({}));
}

describe("describeClick", () => {
  it("says what the button says, wherever inside it the click was", () => {
    expect(clickOn("i", '<form id="pay"><button class="main big wide"> Pay <b>₩27,000</b><i></i></button></form>')).toEqual({ label: "Pay ₩27,000", selector: "form#pay > button.main.big" });
  });
  it("names a field by its label, never by what is in it", () => {
    expect(clickOn("input", '<label>Name <input value="SECRET"></label>').label).toBe("Name");
    expect(clickOn("textarea", "<label>Note <textarea>SECRET</textarea></label>").label).toBe("Note");
    expect(clickOn("select", "<label>City<select><option>SECRET</option></select></label>").label).toBe("City");
    expect(clickOn("input", '<input value="SECRET">').label).toBe("");
  });
  it("has a submit button's words", () => expect(clickOn("input", '<input type="submit" value="Send">').label).toBe("Send"));
  it("masks and leaves out what the recording masks and leaves out", () => {
    expect(clickOn("a", '<a>To <b data-afterimage="mask">Kim</b><i data-afterimage="block">SECRET</i></a>').label).toBe("To •••");
    expect(clickOn("div", "<div contenteditable>my SECRET</div>").label).toBe("•• ••••••");
  });
  it("has no words for a click beside everything", () => {
    expect(clickOn("main", "<main><p>one</p><p>two</p></main>")).toEqual({ label: "", selector: "main" });
  });
  it("is short", () => {
    const { label, selector } = clickOn("p", `<main><section><div><p>${"word ".repeat(100)}</p></div></section></main>`);
    expect(label.length).toBeLessThanOrEqual(80);
    expect(selector).toBe("section > div > p");
  });
});
