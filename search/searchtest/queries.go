package searchtest

import "golang.org/x/text/unicode/norm"

// decompose gives the form of a text in which Hangul is letters, not syllables.
func decompose(s string) string { return norm.NFD.String(s) }

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
}

// BadQueries are refused with a *search.QueryError.
var BadQueries = []string{
	`"open`, "(open", "closed)", "OR", "a OR", "OR a", "a OR OR b", "(a OR)", "-(", `"..."`, "?!", "'<'", "a\x00b", "browzer:Chrome", "nps:many", "duration:long",
	"has:nothing", "is:dead", "has:*", "browser:>5", "clicks:..", "clicks:>", "browser:[a", "browser:[a,]", "browser:[a b]", `error:"..."`, `browser:""`, "started:soon",
}
