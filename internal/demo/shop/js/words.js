// The shop's words in Korean and English, and the choice between them.

const WORDS = {
  en: {
    tagline: "Good things for ordinary days", search: "Search", searchHint: "Mug, tea, notebook…", all: "Everything", tea: "Tea", table: "Table", home: "Home", paper: "Paper",
    outlet: "Outlet", cart: "Cart", signIn: "Sign in", signOut: "Sign out", hello: "Hello, {name}", heroTitle: "A quiet table, a warm cup.", heroText: "Made by small studios in Korea, sent to you in two days.",
    heroButton: "See what is new", nothing: "Nothing matches. Try another word.", add: "Add to cart", added: "Added to your cart", giftWrap: "Gift wrap it", quantity: "Quantity", stars: "{n} of 5",
    delivery: "Free delivery from ₩50,000 · returns within 14 days", similar: "You may also like", cartTitle: "Your cart", cartEmpty: "Your cart is empty.", keepLooking: "Keep looking", remove: "Remove",
    subtotal: "Subtotal", shipping: "Delivery", free: "Free", discount: "Discount", total: "Total", coupon: "Coupon code", apply: "Apply", checkout: "Go to checkout", checkoutTitle: "Checkout", contact: "Contact",
    address: "Delivery address", payment: "Payment", name: "Name", email: "E-mail", phone: "Phone", street: "Address", city: "City", postcode: "Postcode", card: "Card number", expiry: "MM / YY", cvc: "CVC",
    note: "Note for the courier", pay: "Pay {total}", required: "Please fill this in.", thanksTitle: "Thank you!", thanksText: "Your order {id} is on its way to our studio. We will write to you when it ships.",
    npsAsk: "How likely are you to recommend Haru to a friend?", npsLow: "Not at all", npsHigh: "Very likely", npsWhy: "What is the main reason?", send: "Send", sent: "Thank you. We read every answer.",
    notSent: "It could not be sent. Please try again.", problem: "Report a problem", problemAsk: "What went wrong?", problemHint: "Tell us what you tried to do.", cancel: "Cancel", close: "Close",
    outletTitle: "Outlet", outletText: "Last pieces, counted in the warehouse while you wait.", counting: "Counting what is left…", left: "{n} left", footer: "Haru is a shop that does not exist: it belongs to the Afterimage demo.",
    sort: "Sort", sortNew: "Newest", sortLow: "Lowest price", sortHigh: "Highest price", language: "한국어", account: "Your account", accountText: "Sign in to see your name with your recordings.", reviews: "Reviews",
  },
  ko: {
    tagline: "보통의 하루에 좋은 물건", search: "검색", searchHint: "머그, 차, 공책…", all: "전체", tea: "차", table: "식탁", home: "집", paper: "종이",
    outlet: "아울렛", cart: "장바구니", signIn: "로그인", signOut: "로그아웃", hello: "{name}님, 안녕하세요", heroTitle: "조용한 식탁, 따뜻한 한 잔.", heroText: "작은 공방에서 만들어 이틀이면 도착해요.",
    heroButton: "새로 나온 물건 보기", nothing: "찾는 물건이 없어요. 다른 말로 찾아보세요.", add: "장바구니에 담기", added: "장바구니에 담았어요", giftWrap: "선물 포장하기", quantity: "수량", stars: "5점 만점에 {n}점",
    delivery: "5만 원 이상 무료 배송 · 14일 이내 반품", similar: "함께 보면 좋은 물건", cartTitle: "장바구니", cartEmpty: "장바구니가 비어 있어요.", keepLooking: "더 둘러보기", remove: "빼기",
    subtotal: "상품 금액", shipping: "배송비", free: "무료", discount: "할인", total: "합계", coupon: "쿠폰 번호", apply: "적용", checkout: "주문하러 가기", checkoutTitle: "주문하기", contact: "연락처",
    address: "배송지", payment: "결제", name: "이름", email: "이메일", phone: "휴대전화", street: "주소", city: "시/군/구", postcode: "우편번호", card: "카드 번호", expiry: "MM / YY", cvc: "CVC",
    note: "배송 메모", pay: "{total} 결제하기", required: "입력해 주세요.", thanksTitle: "고맙습니다!", thanksText: "주문 {id}이(가) 공방에 전해졌어요. 물건을 보낼 때 알려 드릴게요.",
    npsAsk: "하루를 친구에게 얼마나 추천하고 싶으세요?", npsLow: "전혀 아니에요", npsHigh: "꼭 추천할래요", npsWhy: "가장 큰 이유는 무엇인가요?", send: "보내기", sent: "고맙습니다. 하나하나 읽어 볼게요.",
    notSent: "보내지 못했어요. 다시 시도해 주세요.", problem: "문제 신고", problemAsk: "무엇이 잘 안 됐나요?", problemHint: "하려던 일을 알려 주세요.", cancel: "취소", close: "닫기",
    outletTitle: "아울렛", outletText: "창고에 남은 마지막 물건이에요. 지금 세고 있어요.", counting: "남은 수량을 세는 중이에요…", left: "{n}개 남음", footer: "하루는 실제로 없는 가게예요. Afterimage 데모에 속해 있어요.",
    sort: "정렬", sortNew: "새로운 순", sortLow: "낮은 가격순", sortHigh: "높은 가격순", language: "English", account: "내 계정", accountText: "로그인하면 녹화에 이름이 함께 보여요.", reviews: "후기",
  },
};

/** "ko" or "en": what was chosen, else what the browser prefers. */
export const language = localStorage.getItem("haru.language") ?? (navigator.language.startsWith("ko") ? "ko" : "en");

/** The words for a key, with {name} and the like filled in. */
export function words(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Switches to the other language. */
export function switchLanguage() {
  localStorage.setItem("haru.language", language === "ko" ? "en" : "ko");
  location.reload();
}

/** An amount of Korean won. */
export function won(amount) {
  return "₩" + amount.toLocaleString("ko-KR");
}
