// The people of the demo: who they are, what they use, and what they do in the shop. All are invented.

const UA = {
  iphone: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Mobile/15E148 Safari/604.1",
  ipad: "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  galaxy: "Mozilla/5.0 (Linux; Android 16; SM-S931N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
  pixel: "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
  windows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
  mac: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Safari/605.1.15",
  firefoxLinux: "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0",
  firefoxWindows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:149.0) Gecko/20100101 Firefox/149.0",
};
const device = (userAgent, browser, os, kind, width, height) => ({ userAgent, browser, os, device: kind, viewport: { width, height } });
const DEVICES = {
  iphone: device(UA.iphone, "Safari", "iOS", "mobile", 393, 852),
  ipad: device(UA.ipad, "Safari", "iOS", "tablet", 820, 1180),
  galaxy: device(UA.galaxy, "Samsung Browser", "Android", "mobile", 360, 780),
  pixel: device(UA.pixel, "Chrome", "Android", "mobile", 412, 915),
  windows: device(UA.windows, "Chrome", "Windows", "desktop", 1536, 730),
  edge: device(UA.edge, "Edge", "Windows", "desktop", 1366, 640),
  mac: device(UA.mac, "Chrome", "macOS", "desktop", 1440, 780),
  safari: device(UA.safari, "Safari", "macOS", "desktop", 1280, 720),
  firefoxLinux: device(UA.firefoxLinux, "Firefox", "Linux", "desktop", 1600, 860),
  firefoxWindows: device(UA.firefoxWindows, "Firefox", "Windows", "desktop", 1280, 680),
};
const SEOUL = { country: "KR", language: "ko-KR", timezone: "Asia/Seoul" };

const product = (id) => `a.name[href="/demo/products/${id}"]`;
const GIFT = ".gift";
const PAY = ".pay";

async function addFromHome(h, id) {
  await h.follow(product(id));
  await h.look(3);
  await h.click(".details .main");
  await h.look(1.5);
}

async function toCart(h) {
  await h.follow(".top .cart");
  await h.look(2);
}

async function tryCoupon(h, code, times = 1) {
  await h.type("input[name=coupon]", code);
  for (let i = 0; i < times; i++) {
    await h.click(".coupon .quiet");
    await h.look(2);
  }
}

/** Fills in the checkout, as far as given. All of it is masked in the recording. */
async function fillIn(h, { name, email, phone, street, city, postcode, card = "4242 4242 4242 4242" }) {
  const fields = { name, email, phone, street, city, postcode, card, expiry: "08 / 29", cvc: "123" };
  for (const [field, value] of Object.entries(fields)) if (value) await h.type(`.checkout input[name=${field}]`, value);
}

async function payAndAnswer(h, score, text) {
  await h.follow(PAY);
  await h.look(2);
  await h.click(`.scale button:nth-child(${score + 1})`);
  if (text) await h.type(".nps textarea", text);
  await h.click(".nps .main");
  await h.page.locator(".sent").waitFor();
  await h.look(1.5);
}

async function complain(h, text) {
  await h.click(".problem");
  await h.type("dialog textarea", text);
  await h.click("dialog .main");
  await h.page.locator("dialog").waitFor({ state: "detached" });
  await h.look(1.5);
}

const seoulAddress = { phone: "010-5550-0101", street: "왕십리로 83", city: "성동구", postcode: "04769" };
const person = (id, name, email, traits) => ({ id, name, email, traits });

export const people = [
  { ...SEOUL, ...DEVICES.iphone, user: person("c-minji", "김민지", "minji@haru.example"), referrer: "https://www.instagram.com/", async act(h) {
    await h.scroll(500); await h.look(2); await addFromHome(h, "clay-mug"); await toCart(h);
    await tryCoupon(h, "WELCOME10"); await h.follow(".summary a.main"); await h.look(1);
    await fillIn(h, { name: "김민지", email: "minji@haru.example", ...seoulAddress });
    await h.click(PAY); await h.look(1); await h.rage(PAY, 7); await h.look(2);
    await complain(h, "결제 버튼이 안 눌려요. 쿠폰을 넣은 뒤로 아무리 눌러도 반응이 없어요.");
  } },
  { ...SEOUL, ...DEVICES.windows, user: person("c-junho", "박준호", "junho@haru.example"), referrer: "https://search.naver.com/", async act(h) {
    await h.look(2); await h.type(".search input", "머그"); await h.look(1.5); await addFromHome(h, "clay-mug"); await toCart(h);
    await h.click('.line .amount button:last-child'); await h.follow(".summary a.main");
    await fillIn(h, { name: "박준호", email: "junho@haru.example", ...seoulAddress }); await payAndAnswer(h, 9, "주문이 간단하고 사진이 예뻐서 좋았어요.");
  } },
  { ...DEVICES.safari, country: "US", language: "en-US", timezone: "America/New_York", user: person("c-emily", "Emily Carter", "emily@haru.example"), referrer: "https://www.google.com/", async act(h) {
    await h.scroll(600); await h.look(3); await h.follow(product("moon-jar")); await h.look(2);
    await h.click(GIFT); await h.look(2); await h.click(GIFT); await h.rage(GIFT, 4); await h.look(1); await h.click(".details .main"); await toCart(h); await h.follow(".summary a.main");
    await fillIn(h, { name: "Emily Carter", email: "emily@haru.example", phone: "+1 555 0134", street: "18 Beech Street", city: "Boston", postcode: "02110" });
    await payAndAnswer(h, 6, "Lovely things, but the gift wrap button does nothing at all.");
  } },
  { ...SEOUL, ...DEVICES.galaxy, user: person("c-seoyeon", "이서연", "seoyeon@haru.example"), referrer: "https://m.search.naver.com/", async act(h) {
    await h.scroll(400); await h.look(1.5); await h.follow(".outlet"); await h.look(4.5); await h.scroll(250); await h.follow(product("ink-bowl")); await h.look(2);
    await h.follow(".outlet"); await h.look(2); await complain(h, "아울렛 페이지가 너무 느려요. 들어갈 때마다 한참 기다려야 해요."); await h.look(2);
  } },
  { ...DEVICES.firefoxLinux, country: "DE", language: "de-DE", timezone: "Europe/Berlin", user: person("c-lukas", "Lukas Weber", "lukas@haru.example"), referrer: "", async act(h) {
    await h.look(2); await h.click(".tabs button:nth-child(5)"); await h.look(2); await addFromHome(h, "hanji-notebook"); await toCart(h);
    await tryCoupon(h, "HALLO", 3); await h.rage(".coupon .quiet", 4); await h.follow(".summary a.main");
    await fillIn(h, { name: "Lukas Weber", email: "lukas@haru.example", phone: "+49 30 5550 12", street: "Lindenweg 4", city: "Berlin", postcode: "10115" });
    await h.rage(PAY, 5); await h.look(2); await complain(h, "The coupon gives an error and after that I cannot pay. The button does not react.");
  } },
  { ...SEOUL, ...DEVICES.edge, user: person("c-youngho", "최영호", "youngho@haru.example"), referrer: "https://www.google.com/", async act(h) {
    await h.scroll(700); await h.look(2); await addFromHome(h, "brass-spoons"); await toCart(h); await tryCoupon(h, "PARENTS", 2); await h.follow(".summary a.main");
    await fillIn(h, { name: "최영호", email: "youngho@haru.example", ...seoulAddress }); await h.click(PAY); await h.rage(PAY, 4); await h.look(2); await h.rage(PAY, 5);
    await complain(h, "쿠폰 적용하고 나서 결제가 안 됩니다. 전화로 주문할 수 있나요?");
  } },
  { ...DEVICES.ipad, country: "GB", language: "en-GB", timezone: "Europe/London", user: person("c-olivia", "Olivia Brown", "olivia@haru.example"), referrer: "https://www.pinterest.com/", async act(h) {
    await h.scroll(500); await h.look(2); await addFromHome(h, "snow-teapot"); await toCart(h); await h.follow(".summary a.main");
    await fillIn(h, { name: "Olivia Brown", email: "olivia@haru.example", phone: "020 5550 119", street: "7 Mill Lane", city: "York", postcode: "YO1 7EX" });
    await payAndAnswer(h, 10, "Beautiful pottery and so easy to order.");
  } },
  { ...DEVICES.mac, country: "JP", language: "ja-JP", timezone: "Asia/Tokyo", user: null, referrer: "https://www.google.co.jp/", async act(h) {
    await h.look(3); await h.scroll(800); await h.look(3); await h.follow(product("paper-lamp")); await h.look(5); await h.page.goBack(); await h.look(2); await h.scroll(600);
    await h.follow(product("wall-clock")); await h.look(6); await h.scroll(400); await h.look(3);
  } },
  { ...SEOUL, ...DEVICES.pixel, user: person("c-haeun", "정하은", "haeun@haru.example"), referrer: "", async act(h) {
    await h.scroll(350); await addFromHome(h, "letter-set"); await toCart(h); await h.follow(".summary a.main"); await h.look(1);
    await fillIn(h, { name: "정하은", email: "haeun@haru.example", card: "" }); await h.click(PAY); await h.look(2); await h.click(PAY);
    await fillIn(h, { ...seoulAddress }); await payAndAnswer(h, 7, "입력할 게 많아서 조금 힘들었어요.");
  } },
  { ...DEVICES.windows, country: "US", language: "en-US", timezone: "America/Los_Angeles", user: null, referrer: "https://duckduckgo.com/", async act(h) {
    await h.look(2); await h.type(".search input", "sofa"); await h.look(3); await h.click(".search input"); for (let i = 0; i < 4; i++) await h.page.keyboard.press("Backspace");
    await h.type(".search input", "lamp"); await h.look(2); await h.follow(product("paper-lamp")); await h.look(3); await h.rage(GIFT, 3); await h.look(2);
    await h.follow(".tools .plain"); await h.look(4); await h.follow(".tools .plain"); await h.look(3);
  } },
  { ...SEOUL, ...DEVICES.mac, user: person("c-jiwoo", "한지우", "jiwoo@haru.example", { plan: "vip" }), referrer: "https://www.instagram.com/", async act(h) {
    await h.scroll(500); for (const id of ["moss-cup", "morning-green"]) { await h.click(`article:has(${product(id)}) .add`); await h.look(1); }
    await h.follow(product("bamboo-whisk")); await h.look(3); await h.click(".details .main"); await toCart(h); await h.click(".line:nth-child(2) .link"); await h.follow(".summary a.main");
    await fillIn(h, { name: "한지우", email: "jiwoo@haru.example", ...seoulAddress }); await payAndAnswer(h, 8, "");
  } },
  { ...DEVICES.iphone, country: "IT", language: "en-IT", timezone: "Europe/Rome", user: person("c-sofia", "Sofia Rossi", "sofia@haru.example"), referrer: "https://l.instagram.com/", async act(h) {
    await h.scroll(600); await h.look(2); await addFromHome(h, "rice-bowl"); await toCart(h); await tryCoupon(h, "CIAO5"); await h.follow(".summary a.main");
    await fillIn(h, { name: "Sofia Rossi", email: "sofia@haru.example", phone: "+39 06 5550", street: "Via dei Pini 3", city: "Roma", postcode: "00184" });
    await h.rage(PAY, 10); await h.look(1); await complain(h, "I tapped Pay ten times. Nothing happens!");
  } },
  { ...SEOUL, ...DEVICES.windows, user: person("c-doyoon", "강도윤", "doyoon@haru.example"), referrer: "", async act(h) {
    await h.look(1); await h.follow(".outlet"); await h.look(5); await h.follow(product("wool-throw")); await h.look(2); await h.click(GIFT); await h.rage(GIFT, 4); await h.click(".details .main");
    await toCart(h); await h.follow(".summary a.main"); await fillIn(h, { name: "강도윤", email: "doyoon@haru.example", ...seoulAddress });
    await payAndAnswer(h, 2, "선물 포장 버튼은 안 되고 아울렛은 너무 느려요.");
  } },
  { ...DEVICES.firefoxWindows, country: "CZ", language: "cs-CZ", timezone: "Europe/Prague", user: person("c-anna", "Anna Novak", "anna@haru.example"), referrer: "https://www.bing.com/", async act(h) {
    await h.look(2); await h.click(".search select"); await h.page.selectOption(".search select", "sortLow"); await h.look(2); await addFromHome(h, "brush-pen"); await toCart(h); await h.look(3);
    await h.follow(".summary a.main"); await fillIn(h, { name: "Anna Novak", email: "anna@haru.example", phone: "+420 555 010", street: "Lipova 12", city: "Brno", postcode: "602 00" });
    await payAndAnswer(h, 0, "I only learned about the delivery fee at the very end.");
  } },
];
