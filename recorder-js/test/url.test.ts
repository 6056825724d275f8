// @vitest-environment node
import { describe, expect, it } from "vitest";
import { cap, cleanUrl, redact } from "../src/url.js";

describe("cleanUrl", () => {
  it.each([
    ["https://a.example/p/1?token=s3cret#access_token=x", "https://a.example/p/1"],
    ["https://minji:pass@a.example/p", "https://a.example/p"],
    ["mailto:minji@a.example?subject=x", "mailto:"],
    ["tel:010-1234", "tel:"],
    ["data:text/plain,secret", "data:"],
    ["javascript:alert(1)", "javascript:"],
    ["https://a.example/u/minji@b.example/x", "https://a.example/u/[email]/x"],
    ["https://a.example/u/minji%40b.example", "https://a.example/u/[email]"],
    ["/relative?x=1#y", "/relative"],
  ])("%s becomes %s", (url, clean) => expect(cleanUrl(url)).toBe(clean));

  it("keeps only the parameters that were named", () => {
    expect(cleanUrl("https://a.example/?utm_source=x&email=y&utm_source=z", ["utm_source"])).toBe("https://a.example/?utm_source=x&utm_source=z");
  });
  it("resolves against a base", () => {
    expect(cleanUrl("../b?c=d", [], "https://a.example/x/y")).toBe("https://a.example/b");
  });
});

describe("redact", () => {
  it.each([
    ["mail minji@haru.example now", "mail [email] now"],
    ["card 4242 4242 4242 4242 refused", "card [card] refused"],
    ["Bearer abcdef123456.x", "[token]"],
    ["jwt eyJhbGciOi.eyJzdWIi.sig_1 end", "jwt [token] end"],
    ["at f (https://a.example/app.js?v=SECRET:10:5)", "at f (https://a.example/app.js:10:5)"],
    ["GET https://a.example/x?token=SECRET failed", "GET https://a.example/x failed"],
  ])("%s", (text, clean) => expect(redact(text)).toBe(clean));

  it("leaves other long numbers and plain text alone", () => {
    const text = "order 4242424242424241 at 1795447756314 took 3.5 s";
    expect(redact(text)).toBe(text);
  });
});

describe("cap", () => {
  it("cuts long text and says so", () => {
    expect(cap("abcdef", 4)).toBe("abc…");
    expect(cap("abcd", 4)).toBe("abcd");
  });
  it("does not cut a surrogate pair in two", () => expect(cap("ab😀cd", 4)).toBe("ab…"));
});
