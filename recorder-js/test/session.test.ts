import { beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../src/session.js";
import { keyValue } from "../src/storage.js";

const MINUTE = 60_000;
let now = 0;
const local = keyValue(() => localStorage);
const perTab = keyValue(() => sessionStorage);
const none = () => {};

function page(tab = perTab, rate = 1): Session {
  const session = new Session("k", local, tab, rate, () => now);
  session.open();
  return session;
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  now = 1_800_000_000_000;
});

describe("the numbering of a tab", () => {
  it("goes on over page loads with the same session, secret and tab", () => {
    const first = page();
    const a = first.take();
    first.close();
    const b = page().take();
    expect(a.seq).toBe(0);
    expect(b).toEqual({ ...a, seq: 1 });
    expect(a.secret).toMatch(/^[0-9a-f]{32}$/);
  });
  it("begins anew in a duplicated tab, whose storage was copied while the page was open", () => {
    const original = page();
    original.take();
    const copied = sessionStorage.getItem("afterimage.tab.k");
    const inCopy = keyValue(() => ({ getItem: () => copied, setItem: none, removeItem: none }) as unknown as Storage);
    const copy = page(inCopy).take();
    const next = original.take();
    expect(copy.session).toBe(next.session);
    expect(copy.tab).not.toBe(next.tab);
    expect([copy.seq, next.seq]).toEqual([0, 1]);
  });
  it("begins at 0 again in a new session, in the same tab", () => {
    const first = page();
    const a = first.take();
    first.close();
    now += 31 * MINUTE;
    const b = page().take();
    expect(b.session).not.toBe(a.session);
    expect(b.secret).not.toBe(a.secret);
    expect([b.tab, b.seq]).toEqual([a.tab, 0]);
  });
});

describe("the session", () => {
  it("is shared by tabs", () => {
    const other = keyValue(() => undefined);
    expect(page(other).id).toBe(page().id);
  });
  it("goes on while the person is active, however long the pauses below 30 minutes", () => {
    const session = page();
    const { id } = session;
    for (let i = 0; i < 40; i++) {
      now += 29 * MINUTE;
      expect(session.touch(none)).toBe(false);
    }
    expect(session.id).toBe(id);
  });
  it("ends after 30 idle minutes, telling before the change", () => {
    const session = page();
    const { id } = session;
    now += 30 * MINUTE;
    const leave = vi.fn(() => expect(session.take().session).toBe(id));
    expect(session.touch(leave)).toBe(true);
    expect(leave).toHaveBeenCalledTimes(1);
    expect(session.id).not.toBe(id);
    expect(session.take().seq).toBe(0);
  });
  it("ends after 24 hours of activity", () => {
    const session = page();
    let changes = 0;
    for (let i = 0; i < 25 * 6; i++) {
      now += 10 * MINUTE;
      if (session.touch(none)) changes++;
    }
    expect(changes).toBe(1);
  });
  it("is left for the one that another tab began meanwhile", () => {
    const here = page();
    now += 31 * MINUTE;
    const there = page(keyValue(() => undefined));
    expect(here.touch(none)).toBe(true);
    expect(here.id).toBe(there.id);
  });
  it("does not go on from a time in the future, after a clock was set back", () => {
    const { id } = page();
    now -= 3 * 3_600_000;
    expect(page(keyValue(() => undefined)).id).not.toBe(id);
  });
  it("is not ended by storage that was cleared while a page is open", () => {
    const session = page();
    const { id } = session;
    now += MINUTE;
    localStorage.clear();
    expect(session.touch(none)).toBe(false);
    expect(session.id).toBe(id);
  });
  it("survives nonsense in storage", () => {
    localStorage.setItem("afterimage.session.k", JSON.stringify({ id: 5 }));
    sessionStorage.setItem("afterimage.tab.k", JSON.stringify("x"));
    expect(page().take().seq).toBe(0);
  });
  it("is chosen once for all its pages", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.4);
    expect(page(perTab, 0.3).on).toBe(false);
    expect(page(perTab, 1).on).toBe(false);
    localStorage.clear();
    expect(page(perTab, 0.5).on).toBe(true);
  });
  it("is forgotten once it was erased", () => {
    const session = page();
    session.forget();
    session.close();
    expect(page().id).not.toBe(session.id);
  });
});
