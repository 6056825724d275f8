import { afterEach, describe, expect, it, vi } from "vitest";
import * as api from "../src/index.js";
import { optionsOf, replayCalls } from "../src/script.js";

function tag(attributes: Record<string, string>): HTMLScriptElement {
  const script = document.createElement("script");
  script.src = "https://replay.example/afterimage.js";
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  return script;
}

afterEach(() => vi.restoreAllMocks());

describe("the script tag", () => {
  it("sends to where it came from", () => {
    expect(optionsOf(tag({ "data-key": "pk" }))).toMatchObject({ key: "pk", endpoint: "https://replay.example" });
  });
  it("does nothing without a key", () => expect(optionsOf(tag({}))).toBeUndefined());
  it("reads its options", () => {
    const options = optionsOf(tag({
      "data-key": "pk", "data-endpoint": "https://other.example", "data-release": "1.2", "data-sample-rate": "0.5", "data-manual": "", "data-mask-text": "",
      "data-keep-params": "utm_source, q", "data-console": "error warn", "data-network": "false", "data-block-selector": ".ad", "data-tags": "beta, 실험 B,",
    }));
    expect(options).toMatchObject({
      endpoint: "https://other.example", release: "1.2", sampleRate: 0.5, manual: true, maskText: true, keepParams: ["utm_source", "q"], console: ["error", "warn"], network: false, blockSelector: ".ad", tags: ["beta", "실험 B"],
    });
  });
  it("shows what people type only for a clear false", () => {
    expect(optionsOf(tag({ "data-key": "k", "data-mask-inputs": "" }))!.maskInputs).toBeUndefined();
    expect(optionsOf(tag({ "data-key": "k", "data-mask-inputs": "no" }))!.maskInputs).toBeUndefined();
    expect(optionsOf(tag({ "data-key": "k", "data-mask-inputs": "false" }))!.maskInputs).toBe(false);
  });
  it("is on the page as window.afterimage", () => {
    expect((window as any).afterimage.identify).toBeTypeOf("function");
  });
});

describe("calls made before it was here", () => {
  it("are carried out in order, and a wrong one does not keep the others from it", () => {
    const order: unknown[] = [];
    const calls = [["nothing", []], ["constructor.call", [1]], ["feedback.submit", [{ text: "x" }]], ["flush", []]] as [string, unknown[]][];
    vi.spyOn(api.feedback, "submit").mockImplementation(async (answer) => { order.push(answer.text); return "id"; });
    expect(() => replayCalls(calls)).not.toThrow();
    expect(order).toEqual(["x"]);
    expect(() => replayCalls(undefined)).not.toThrow();
  });
});

describe("the interface before init", () => {
  it("never throws into the page", async () => {
    api.identify("u");
    api.track("x");
    api.captureError(new Error("x"));
    api.stop();
    api.start();
    expect(api.session()).toBeNull();
    expect(api.status()).toBeNull();
    expect(await api.flush()).toBe(false);
    await expect(api.feedback.submit({ text: "x" })).rejects.toThrow("init");
  });
  it("tells who forgets the key", () => expect(() => api.init({} as never)).toThrow("key is missing"));
});
