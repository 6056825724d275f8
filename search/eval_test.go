package search_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/afterimage/afterimage/search"
	"github.com/afterimage/afterimage/search/searchtest"
)

// session is a document by hand, to which the evaluator is held: it is the oracle of all engines, so
// that nothing else holds it.
var session = search.Document{
	ID: "s-1", ProjectID: "p", StartedAt: searchtest.Now - 600_000, EndedAt: searchtest.Now - 60_000, ActiveMs: 90_000,
	UserID: "user_7", UserEmail: "Kim@Example.com", Browser: "Samsung Internet", OS: "Android", Country: "KR", Release: "1.2.0", Referrer: "https://news.example/a?b=c",
	URLs: []string{"https://shop.example/Checkout/pay?x=1", "https://shop.example"}, Errors: []string{"TypeError: x is not a function"}, Requests: []string{"GET https://a.example/v1 503"},
	Complaints: []string{"카드결제가 안 돼요", "또 안 돼요"}, Responses: []string{"좋아요"}, NPS: 0, CSAT: -1, CES: 4, Score: 0,
	Clicks: 12, ErrorCount: 3, PageCount: 2, FailedRequests: 1, ResponseCount: 3, ComplaintCount: 2,
	ErrorTypes: []string{"TypeError", "RangeError"}, Surveys: []string{"NPS after checkout"}, Tags: []string{"VIP", "needs reply"}, Tickets: []string{"SHOP-12"},
	Traits:  map[string]string{"plan": "Pro", "Plan": "free", "seats": "9", "ltv": "-49.90", "first name": "José", "empty": ""},
	Signals: map[string]int{"rage": 3, "dead": 0}, Vitals: map[string]int64{"lcp": 2500, "cls": 100},
}

func TestEvaluate(t *testing.T) {
	found := []string{
		"", "결제", "결제가", "드결", `"가 안 돼요"`, "pay", "POST OR get", "acme OR jose", "vip", "shop-12", "rangeerror", "free", "pro", "samsung -safari",
		"user:kim", "email:kim@example.com", "url:/Checkout/pay", "url:/checkout/*", "url:/", "url:https://shop.example/*x=1", "url:pay", "referrer:https://news.example/a*",
		`browser:"samsung internet"`, "browser:sam*net", "country:[US,KR]", "country:us,kr", "release:1.2*",
		"error.type:typeerror", "error.type:range*", "error.type:*", "tag:vip", `tag:"needs reply"`, "tag:needs*", "-tag:needs", "ticket:shop-12", "ticket:SHOP-*", "-ticket:SHOP-1", "survey:checkout", `survey:"after checkout"`,
		"rage:3", "rage:>2", "rage:*", "rage:yes", "-dead:*", "dead:0", "dead:no", "freeze:0", "-freeze:*", "clicks:*", "clicks:10..12", "pages:2", "errors:>=3", "responses:3", "failed:1",
		"lcp:2.5s", "lcp:>2s", "-lcp:>2.5s", "lcp:*", "-inp:*", "-inp:>0", "-inp:<=0", "cls:0.1", "cls:0.1..0.25", "-cls:>0.1", "cls:>0.09",
		"nps:0", "nps:*", "-csat:*", "-csat:<9", "ces:4", "score:0", "status:503", "status:>=500", "duration:9m", "duration:0.15h", "active:90s", "started:<11m", "-started:<10m", "started:>=10m",
		"trait.plan:pro", "trait.plan:FREE", "trait.PLAN:*", "-trait.plan:enterprise", "trait.seats:9", "trait.seats:>8.5", "trait.seats:<10", "trait.seats:9..", "trait.ltv:<0", "trait.ltv:-50..-49.9", `trait."First Name":jose`,
		"-trait.empty:*", "-trait.seats:9.0", "-trait.plan:>0", "-trait.none:<5", "trait.seats:[1,9]",
		"has:rage", "-has:dead", "has:tag has:ticket has:survey has:user has:complaint has:response has:failedRequest", "-has:freeze", "is:identified is:live", "-is:anonymous",
	}
	for _, text := range found {
		for _, not := range []bool{false, true} {
			q, err := search.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if not && q.Root != nil {
				q.Root = &search.Not{Part: q.Root}
			}
			if search.Evaluate(q, &session, searchtest.Now) != (!not || text == "") {
				t.Errorf("%s finds the session: %v", q, not)
			}
		}
	}
}

func TestEvaluateTyposIsExactWhereItMust(t *testing.T) {
	for text, want := range map[string]bool{
		"카드결재": true, "카두결제": true, "카드결재 missing": false, "typeeror": true, "rnageerror": true, "complaint:결재": true, "response:결재": true, "title:결재": false,
		`"카드결재"`: false, "-카드결제": false, "결재 -카드결재": true, "kin": false, "exmaple": false, "ShOp-13": false, "-(결재)": true, "--결재": false, "결재*": false,
	} {
		q, err := search.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		d := session
		d.URLs, d.Referrer, d.Requests = nil, "", nil // which have the words of the e-mail
		if got := search.EvaluateTypos(q, &d, searchtest.Now); got != want {
			t.Errorf("%s finds the session by typos: %v, want %v", text, got, want)
		}
	}
}

func TestCursor(t *testing.T) {
	p := search.Position{Sort: search.SortOldest, StartedAt: 7, ID: "결제\x00\"", Typos: true}
	back, err := search.ParseCursor(p.Cursor(), search.SortOldest)
	if err != nil || *back != p {
		t.Errorf("%+v came back as %+v, %v", p, back, err)
	}
	if _, err := search.ParseCursor(p.Cursor(), search.SortNewest); !errors.Is(err, search.ErrCursor) {
		t.Errorf("a cursor of another order: %v", err)
	}
	order := func(sort search.Sort) []string {
		all := []search.Position{{sort, 5, "a", 1, false}, {sort, 5, "b", 1, false}, {sort, 4, "c", 2, false}, {sort, 6, "d", 1, false}}
		slices.SortFunc(all, func(a, b search.Position) int {
			if a.After(b) {
				return 1
			}
			return -1
		})
		var ids []string
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return ids
	}
	for sort, want := range map[search.Sort][]string{search.SortNewest: {"d", "b", "a", "c"}, search.SortOldest: {"c", "b", "a", "d"}, search.SortRelevance: {"c", "d", "b", "a"}} {
		if got := order(sort); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", sort, got, want)
		}
	}
	q, err := search.Parse("a sort:oldest")
	if r := (search.Request{Query: q, Sort: search.SortRelevance}).Fill(); err != nil || r.Sort != search.SortOldest || r.Limit != search.DefaultLimit || r.Now == 0 {
		t.Errorf("the order of the query does not win: %+v, %v", r, err)
	}
}

func TestSuggested(t *testing.T) {
	for key, want := range map[string][]string{
		"browser": {"Samsung Internet"}, "url": {"/Checkout/pay", "/"}, "user": {"user_7", "Kim@Example.com"}, "error.type": {"TypeError", "RangeError"},
		"tag": {"VIP", "needs reply"}, "trait.PLAN": {"free", "Pro"}, "trait.empty": nil, "complaint": nil, "nothing": nil, "id": nil, "language": nil,
	} {
		if got := session.Suggested(key); !slices.Equal(got, want) {
			t.Errorf("Suggested(%s) = %q, want %q", key, got, want)
		}
	}
	if got, want := session.SuggestedTraits(), []string{"Plan", "first name", "ltv", "plan", "seats"}; !slices.Equal(got, want) {
		t.Errorf("SuggestedTraits() = %q, want %q", got, want)
	}
	for _, key := range search.Suggestible {
		if search.Spec(key) == nil {
			t.Errorf("%s is suggestible and no key", key)
		}
	}
}
