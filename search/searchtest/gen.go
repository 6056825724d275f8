package searchtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// Epoch is the time around which generated sessions begin, unix ms.
const Epoch = 1_780_000_000_000

// Now is when generated sessions are searched: 20 minutes after Epoch, so that is:live and ages
// divide them.
const Now = Epoch + 20*60*1000

var (
	errorKinds = []string{"TypeError: Cannot read properties of undefined (reading 'price')", "TypeError: x.map is not a function",
		"ReferenceError: cartTotal is not defined", "Error: Request failed with status code 500", "RangeError: Maximum call stack size exceeded",
		"ChunkLoadError: Loading chunk 17 failed.", "결제 모듈을 불러오지 못했습니다", "SyntaxError: Unexpected token '<'"}
	pages = []string{"https://shop.example/", "https://shop.example/checkout", "https://shop.example/checkout/pay", "https://shop.example/cart",
		"https://shop.example/products/42", "https://shop.example/products/iphone-15", "https://shop.example/상품/운동화", "https://shop.example/login", "http://localhost:3000/cart"}
	titles    = []string{"Checkout – Shop", "장바구니 | 가게", "Cart", "결제하기", "Log in", "Products", "운동화 – 가게"}
	console   = []string{"Warning: Each child in a list should have a unique key", "Failed to load resource: net::ERR_FAILED", "deprecated: use fetchUser", "GET /api/price 404"}
	requests  = []string{"GET https://api.example/v1/price 500", "POST https://api.example/v1/orders 422", "GET https://api.example/v1/user/7 404", "POST https://pay.example/authorize 503"}
	custom    = []string{"checkoutFailed", "add_to_cart", "쿠폰적용", "HTTPRetry", "signup-done"}
	browsers  = []string{"Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", ""}
	systems   = []string{"Windows", "macOS", "iOS", "Android", ""}
	devices   = []string{"desktop", "mobile", "tablet"}
	countries = []string{"KR", "US", "JP", "DE", ""}
	languages = []string{"ko-KR", "en-US", "ja", ""}
	releases  = []string{"1.2.0", "1.2.1", "2026.5.1-beta", "v3", ""}
	plans     = []string{"free", "pro", "enterprise"}
	companies = []string{"Acme Corp", "가나상사", "Mirae & Sons, Ltd."}
	labels    = []string{"vip", "재문의", "needs reply", "VIP-lost", "beta"}
	surveys   = []string{"NPS after checkout", "결제 만족도", "Exit survey"}
	names     = []string{"kim", "lee", "park.minsu", "ann+test", "jose"}
)

// Documents makes n sessions of a project, always the same for a seed. Many begin in the same
// ms, so that paging has ties to break.
func Documents(seed uint64, project string, n int) []search.Document {
	g := rand.New(rand.NewPCG(seed, 7))
	docs := make([]search.Document, n)
	for i := range docs {
		docs[i] = document(g, project, fmt.Sprintf("%s-%04d-%06x", project, i, g.Uint32()&0xffffff))
	}
	return docs
}

func document(g *rand.Rand, project, id string) search.Document {
	started := Epoch - int64(g.IntN(40))*90_000
	d := search.Document{
		ID: id, ProjectID: project, StartedAt: started, EndedAt: started + int64(g.IntN(900))*1000,
		Browser: pick(g, browsers), OS: pick(g, systems), Device: pick(g, devices), Country: pick(g, countries),
		Language: pick(g, languages), Release: pick(g, releases), NPS: -1, CSAT: -1, CES: -1,
		Clicks: g.IntN(30), URLs: some(g, pages, 4), Titles: some(g, titles, 3), Score: -1,
	}
	d.ActiveMs = (d.EndedAt - d.StartedAt) / 2
	d.PageCount = len(d.URLs)
	if g.IntN(2) == 0 {
		name := pick(g, names)
		d.UserID, d.UserEmail = fmt.Sprintf("user_%d", g.IntN(50)), fmt.Sprintf("%s@%s", name, pick(g, []string{"example.com", "가게.kr", "mail.example.org"}))
	}
	if g.IntN(3) == 0 {
		d.Referrer = pick(g, []string{"https://search.example/?q=shoes", "https://news.example/오늘"})
	}
	if g.IntN(3) == 0 {
		d.Errors = some(g, errorKinds, 3)
		d.ErrorCount = len(d.Errors) + g.IntN(3)
		for _, message := range d.Errors {
			if kind, _, typed := strings.Cut(message, ": "); typed {
				d.ErrorTypes = append(d.ErrorTypes, kind)
			}
		}
	}
	if g.IntN(3) == 0 {
		d.Console = some(g, console, 2)
	}
	if g.IntN(4) == 0 {
		d.Requests = some(g, requests, 3)
		d.FailedRequests = len(d.Requests)
	}
	if g.IntN(3) == 0 {
		d.Custom = some(g, custom, 2)
	}
	if g.IntN(2) == 0 {
		answer(g, &d)
	}
	mark(g, &d)
	return d
}

// mark gives a session traits, labels, signals and vitals.
func mark(g *rand.Rand, d *search.Document) {
	if g.IntN(2) == 0 {
		d.Traits = map[string]string{"plan": pick(g, plans), "seats": fmt.Sprint(g.IntN(120))}
		switch g.IntN(4) {
		case 0:
			d.Traits["company"], d.Traits["first name"] = pick(g, companies), "José"
		case 1:
			d.Traits["ltv"] = fmt.Sprintf("%d.%02d", g.IntN(900)-100, g.IntN(100))
		case 2: // as another version of the site told it
			d.Traits = map[string]string{"Plan": strings.ToUpper(pick(g, plans)), "등급": "골드", "seats": pick(g, []string{"many", "", "-3", "12.5"})}
		}
	}
	if g.IntN(4) == 0 {
		d.Tags = some(g, labels, 2)
	}
	if g.IntN(6) == 0 {
		d.Tickets = []string{fmt.Sprintf("SHOP-%d", g.IntN(30))}
	}
	for _, key := range search.SignalKeys {
		if g.IntN(5) == 0 {
			if d.Signals == nil {
				d.Signals = map[string]int{}
			}
			d.Signals[key] = g.IntN(5) // 0 is what some count and others leave out
		}
	}
	if g.IntN(3) > 0 {
		d.Vitals = map[string]int64{"lcp": 700 + int64(g.IntN(60))*100, "cls": int64(g.IntN(50)) * 10, "ttfb": int64(g.IntN(20)) * 100}
		if g.IntN(2) == 0 {
			d.Vitals["inp"], d.Vitals["fcp"] = int64(g.IntN(90))*10, int64(g.IntN(4000))
		}
	}
}

// answer gives a session one to three responses.
func answer(g *rand.Rand, d *search.Document) {
	for range 1 + g.IntN(3) {
		text := Sentence(g)
		d.Surveys = append(d.Surveys, pick(g, surveys))
		score := g.IntN(11)
		if d.Score < 0 || score < d.Score {
			d.Score = score
		}
		if score <= 6 {
			d.NPS = score
			d.ComplaintCount++
			if g.IntN(4) > 0 { // some give only a score
				d.Complaints = append(d.Complaints, text)
			}
		} else {
			d.Responses = append(d.Responses, text)
			d.CSAT = score / 2
		}
		d.ResponseCount++
	}
	if g.IntN(4) == 0 {
		d.CES = g.IntN(7) + 1
	}
}

func pick(g *rand.Rand, from []string) string { return from[g.IntN(len(from))] }

// some picks one to n texts.
func some(g *rand.Rand, from []string, n int) []string {
	var all []string
	for range 1 + g.IntN(n) {
		all = append(all, pick(g, from))
	}
	return all
}
