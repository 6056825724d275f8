package searchtest

// Queries are what every engine must answer as the reference evaluator does.
var Queries = []string{
	"",
	// Words in Korean: pieces, one syllable, decomposed input, no hits.
	"결제", "결제가", "카드결제", "드결", "제", "돼", "로그인", "그인", "없는말", decompose("결제"), decompose("장바구니"),
	"안 돼요", `"안 돼요"`, `"결제가 안"`, `"제가 안 돼"`, `"돼요 안"`, "똑같아요 -결제", "(결제 OR 배송) 느려요", "운동화", "ㅋㅋ",
	// Words in English: case, diacritics, pieces of ids, phrases.
	"checkout", "CHECKOUT", "cafe", "Café", "naive", "NAÏVE", `"is broken"`, `"broken is"`, `"does not work"`, "typeerror", "TypeError",
	"type", "type*", `"cannot read prop"*`, "check* -checkout", "cartTotal", "cart", "total", "failed", "http", "retry", "httpretry",
	"iphone", "iphone-15", `"iphone 15"`, "15", "42", "500", "v1", "api.example", "kim@example.com", "example.com", "kim", "ann+test",
	"user_7", "user", "가게.kr", "/checkout/pay", "https://shop.example/cart", "localhost", "can't", "'token'", "1.2.0", "ＣＡＲＴ",
	// Trees.
	"checkout OR login", "checkout login", "-checkout", "!checkout", "--checkout", "-(checkout OR login)", "-(checkout login)",
	"checkout -login OR 결제 -배송", "(checkout OR 결제) (login OR 배송)", "-결제 -checkout", "-a -b OR 결제", "결제 OR -결제", "결제 -결제",
	"((결제))", "(결제 OR (checkout (login OR cart)))", `-"is broken"`, `"or" OR "OR"`,
	// Filters on whole values.
	"browser:Chrome", "browser:chrome", "-browser:Safari", "browser:[Chrome,Safari]", `browser:"Samsung Internet"`, "browser:sams*", "browser:*",
	"-browser:*", "country:KR", "country:[KR,JP] -os:windows", "device:mobile", "language:ko*", "language:ko-KR", "release:1.2*", "release:2026.5.1-beta",
	"release:1.2", "os:macos OR os:ios", `browser:"*"`,
	// Filters on texts.
	"error:TypeError", `error:"is not a function"`, "error:결제", "error:*", "-error:*", "complaint:결제", "complaint:*", "response:결제", "-complaint:결제 response:결제",
	"user:kim", "user:user_7", "email:example.com", "user:*", "title:결제", "title:cart", "console:warning", "request:orders", "request:422", "custom:checkout",
	"custom:checkoutFailed", "custom:쿠폰", "complaint:[결제,배송]", "error:type*", "id:alpha-00*",
	// Addresses.
	"url:/checkout", "url:/checkout*", "url:/checkout/*", "url:/", "url:*cart", "url:https://shop.example/*", "url:/상품/*", "url:checkout", "-url:/cart", "page:/cart",
	"url:[/cart,/login]", "referrer:search.example", "referrer:*", "referrer:https://news.example/*", `url:"checkout pay"`,
	// Numbers, durations, times.
	"nps:<=6", "nps:0..3", "nps:*", "-nps:*", "-nps:<=6", "csat:>2", "ces:1..", "clicks:>10", "clicks:..5", "clicks:0", "clicks:[1,2,3]", "pages:>=3", "errors:>2",
	"failed:>0", "responses:2", "status:500", "status:>=500", "status:400..499", "-status:404", "status:*", "duration:>5m", "duration:<90s", "duration:1m..5m",
	"duration:300000", "active:>1m30s", "started:<30m", "started:>1h", "started:2026-05-28", "started:>=2026-05-28T20:00Z", "started:..2026-05-28T20:00", "started:2026-05",
	// What a session has and is.
	"has:error", "has:complaint", "has:complaint -complaint:*", "has:response", "has:failedRequest", "has:failedrequest", "-has:user", "has:console has:custom", "is:live", "-is:live", "is:identified", "is:anonymous",
	// All together.
	"error:TypeError country:KR -browser:Safari", "complaint:결제 nps:<=6", "결제 OR nps:0", "(nps:<=2 OR has:error) -browser:chrome", "-(nps:<=6 OR clicks:>10)",
	"checkout (duration:>5m OR 결제) -is:live", "-(url:/cart OR 결제)", "(url:/cart 결제) OR (url:/login -결제)", "browser:ch* OR country:J*",
	// Signals and vitals.
	"rage:>2", "rage:*", "rage:yes", "rage:0", "-rage:*", "rage:no dead:yes", "rage:[1,3]", "dead:>=1 errorclick:*", "slow:2..", "quickback:* OR thrash:*", "abandon:>3", "freeze:..1",
	"refresh:4", "clicks:*", "-clicks:*", "errors:* -failed:*", "responses:*", "pages:*", "lcp:>2.5s", "lcp:<=2500ms", "lcp:700..2.5s", "lcp:*", "-lcp:*", "inp:>200ms", "-inp:<=200ms",
	"fcp:<1.8s", "ttfb:800ms", "ttfb:0", "cls:>0.1", "cls:0.25", "cls:..0.1", "cls:0.1..0.25", "cls:[0,0.49]", "-cls:*", "score:<=3", "score:*", "-score:*", "score:0",
	// Traits.
	"trait.plan:pro", "trait.Plan:PRO", "trait.plan:*", "-trait.plan:pro", "trait.plan:ent*", "trait.plan:[free,pro]", "trait.plan:free,enterprise", "trait.seats:>50", "trait.seats:<=0", "trait.seats:10..20",
	"trait.seats:..0", "trait.seats:12", "trait.seats:12.5", "trait.seats:many", "trait.seats:*", "-trait.seats:>=0", "trait.ltv:>99.5", "trait.ltv:-50..50.55", `trait."first name":jose`, `trait.company:"acme corp"`,
	"trait.company:acme*", "trait.company:가나*", `trait.company:"Mirae & Sons, Ltd."`, "trait.등급:골드", decompose("trait.등급:골드"), "trait.nothing:*", "trait.plan:pro country:KR", "acme", "골드",
	// Labels.
	"tag:vip", "tag:VIP", "tag:vip*", `tag:"needs reply"`, "tag:재문의", "tag:*", "-tag:*", "tag:[vip,beta]", "-tag:vip has:tag", "ticket:SHOP-12", "ticket:shop-1*", "ticket:*", "ticket:SHOP-1,SHOP-2",
	"survey:checkout", `survey:"Exit survey"`, "survey:만족도", "survey:*", "error.type:TypeError", "error.type:type*", "error.type:[TypeError,RangeError]", "-error.type:*", "error.type:Type",
	"has:rage", "-has:rage", "has:quickback", "has:survey -has:ticket", "has:[tag,ticket]", "has:freeze", "vip", "SHOP-12", "만족도", "referenceerror",
	// Other ways to write it.
	"browser:Chrome,Safari", "browser:(Chrome OR Safari)", "country:(KR, JP)", "complaint:(결제 OR 배송)", "nps:1,2,3", "nps:≥9", "nps:=0", "nps：<=6", "（결제 OR 배송） 느려요", "browser：［Chrome，Safari］",
	"“안 돼요”", "“안 돼요\"", "duration:>1.5m", "duration:0.5h..", "started:today", "-started:yesterday", "started:yesterday..", "url:/checkout*,x OR 결제", "!has:error", "-trait.plan:*", "ＣＡＲＴ ＯＲ 결제",
}

// TypoQueries hold a word that nothing in the corpus has, and that one typo makes of one that is
// there; or that must not be found all the same.
var TypoQueries = []string{
	"결재", "배쏭", "쿠펀", "환뷸", "카드결재", "카두결제", "간편결재가", "로그잉", "장바규니", decompose("결재"), "겨제",
	"chekcout", "checkuot", "checkou", "checkoutt", "xheckout", "paymnt", "CHEKCOUT", "brokn", "spining", "warnign",
	"결재 안", "결재 chekcout", "결재 OR 없는말", "(결재 OR brokn) country:KR", "결재 -배송", "-결제 배쏭", "complaint:결재", "error:typeeror", "title:checkuot", "complaint:[결재,배쏭]",
	"response:쿠펀 nps:*", "url:chekcout", "console:deprecatd", "결재 rage:*", "enterprse", "referenceeror", "chekcout-결재", "카두결재",
	// No typos here: quotes, endings left open, negation, ids, short words, filters on whole values.
	`"결재"`, `"chekcout"`, "chekcou*", "-결재 없는말", "user:exampel", "kim@exampel.com", "exampel.com", "browser:Chrme", "logni2", "caft", "제결", "tag:vpi", "SHPO-12", "complaint:\"결재\"", "trait.plan:entreprise",
}

// SortQueries ask for an order.
var SortQueries = []string{"sort:oldest", "결제 sort:oldest", "sort:newest 결제 OR checkout", "sort:relevance", "결제 OR sort:relevance checkout", "-결제 sort:newest"}

// BadQueries are refused with a *search.QueryError.
var BadQueries = []string{
	`"open`, "(open", "closed)", "OR", "a OR", "OR a", "a OR OR b", "(a OR)", "-(", `"..."`, "?!", "'<'", "a\x00b", "browzer:Chrome", "nps:many", "duration:long",
	"has:nothing", "is:dead", "has:*", "browser:>5", "clicks:..", "clicks:>", "browser:[a", "browser:[a,]", "browser:[a b]", `error:"..."`, `browser:""`, "started:soon",
	"rage:often", "lcp:fast", "cls:0.1234", "cls:x", "trait.:x", `trait."":x`, "trait.plan:>pro", "sort:best", "-sort:newest", "(sort:newest)", "sort:newest sort:oldest", "sort:*", "sort:[newest,oldest]",
	"os:(iOS Android)", "os:(iOS", "os:iOS,", "clicks:>1,000", "clicks:1,000", "duration:1.5", "duration:-5m", "started:-24h", "browser:", "-has:", "nps:7.5", "nps:50%", "browser: ", "tag:>5", "error.typ:x", "trait:plan", "결제 OR sort:newest",
}
