// Hands and eyes: moves, reads and types at the pace of a person.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const between = (from, to) => from + Math.random() * (to - from);

/** What a person does in one page of a browser; touch for phones and tablets. */
export async function handsOf(page, { touch }) {
  const cdp = await page.context().newCDPSession(page);
  const size = page.viewportSize();
  let at = { x: between(200, size.width - 100), y: between(150, size.height - 150) };

  async function moveTo(x, y) {
    if (touch) return;
    const from = at;
    const bend = { x: (from.x + x) / 2 + between(-80, 80), y: (from.y + y) / 2 + between(-60, 60) };
    const steps = Math.max(10, Math.round(Math.hypot(x - from.x, y - from.y) / 22));
    for (let i = 1; i <= steps; i++) {
      const t = 1 - (1 - i / steps) ** 2; // fast first, slower near the goal
      const curve = (a, b, c) => (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t ** 2 * c;
      await page.mouse.move(curve(from.x, bend.x, x), curve(from.y, bend.y, y));
      await pause(between(12, 24));
    }
    at = { x, y };
  }

  async function scroll(distance) {
    if (touch) await swipe(distance);
    else for (let left = distance; Math.abs(left) > 1; ) {
      const turn = Math.sign(left) * Math.min(Math.abs(left), between(60, 120)); // one notch of the wheel
      await page.mouse.wheel(0, turn);
      left -= turn;
      await pause(between(40, 90));
    }
    await pause(between(350, 800));
  }

  /** One or more swipes of a thumb. */
  async function swipe(distance) {
    for (let left = distance; Math.abs(left) > 1; ) {
      const way = Math.sign(left) * Math.min(Math.abs(left), size.height * 0.45);
      const x = between(size.width * 0.5, size.width * 0.8);
      const from = size.height / 2 + way / 2;
      const steps = 14;
      await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y: from }] });
      for (let i = 1; i <= steps; i++) {
        await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: x + i / 2, y: from - (way * i) / steps }] });
        await pause(18);
      }
      await pause(120); // the thumb rests, so that the page stays where it is
      await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      left -= way;
      await pause(between(150, 350));
    }
  }

  /** Brings an element into sight by scrolling and returns a point on it. */
  async function point(selector) {
    const element = page.locator(selector).first();
    await element.waitFor();
    for (let tries = 0; tries < 12; tries++) {
      const box = await element.boundingBox();
      const middle = box.y + box.height / 2;
      if (middle > 110 && middle < size.height - 90) break;
      const before = await page.evaluate(() => scrollY);
      await scroll(Math.max(-500, Math.min(500, middle - size.height / 2)));
      if ((await page.evaluate(() => scrollY)) === before) break; // the end of the page
    }
    const box = await element.boundingBox();
    return { x: box.x + box.width * between(0.35, 0.65), y: box.y + box.height * between(0.35, 0.65) };
  }

  async function press({ x, y }) {
    if (touch) return page.touchscreen.tap(x, y);
    await page.mouse.down();
    await pause(between(50, 110));
    await page.mouse.up();
  }

  const hands = {
    page,
    /** Opens an address of the shop. */
    async open(path) {
      await page.goto("http://haru.example/demo/" + path, { waitUntil: "load" });
      await page.locator("footer").waitFor();
    },
    /** Looks at the page for about so many seconds, moving a little. */
    async look(seconds) {
      const until = Date.now() + seconds * 1000;
      while (Date.now() < until) {
        if (!touch && Math.random() < 0.5) await moveTo(between(120, size.width - 160), between(120, size.height - 160));
        await pause(between(400, 1300));
      }
    },
    scroll,
    async click(selector) {
      const goal = await point(selector);
      await moveTo(goal.x, goal.y);
      await pause(between(120, 350));
      await press(goal);
      await pause(between(400, 900));
    },
    /** Clicks again and again, as one does at a button that does not answer. */
    async rage(selector, times) {
      const goal = await point(selector);
      await moveTo(goal.x, goal.y);
      for (let i = 0; i < times; i++) {
        await press({ x: goal.x + between(-3, 3), y: goal.y + between(-2, 2) });
        await pause(between(130, 260));
      }
      await pause(between(500, 1200));
    },
    async type(selector, text) {
      await hands.click(selector);
      for (const letter of text) {
        await page.keyboard.type(letter);
        await pause(between(45, 150));
      }
      await pause(between(200, 500));
    },
    /** Follows something that leads to another page. */
    async follow(selector) {
      const goal = await point(selector);
      await moveTo(goal.x, goal.y);
      await pause(between(150, 400));
      const leaving = page.waitForNavigation({ waitUntil: "load" });
      await press(goal);
      await leaving;
      await page.locator("footer").waitFor();
    },
  };
  return hands;
}
