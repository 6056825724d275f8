package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/afterimage/afterimage/search"
)

// What SearchDocuments makes is spread over this time before SearchEpoch, evenly.
const (
	// SearchEpoch is when the last generated session begins, unix ms.
	SearchEpoch  = 1_780_000_000_000
	searchSpanMs = 90 * 24 * 3600 * 1000 // as long as recordings are commonly kept
)

// SearchProject is whose sessions SearchDocuments makes.
const SearchProject = "01970000-0000-7000-8000-000000000001"

// lexicon is the words that generated sessions are made of: those of a shop, and made-up ones
// that are as rare as most words of a real site are.
type lexicon struct {
	english, nouns, names []string
}

var (
	shopEnglish = strings.Fields(`checkout payment login coupon button order delivery refund cart account search address
		discount shipping product invoice password profile review support error page slow broken missing wrong again never spinning`)
	shopNouns    = strings.Fields("결제 배송 환불 쿠폰 로그인 장바구니 회원가입 주문 상품 화면 버튼 주소 할인 포인트 리뷰 문의 카드 계정 비밀번호 알림")
	particles    = strings.Fields("가 이 를 은 도 에서 하고 만 까지 _")
	complaintKo  = []string{"안 돼요", "눌러도 반응이 없어요", "너무 느려요", "오류가 나요", "멈췄어요", "다시 해도 똑같아요", "안 보여요", "찾을 수 없어요"}
	exceptions   = []string{"TypeError: Cannot read properties of undefined (reading '%s')", "TypeError: %s is not a function", "ReferenceError: %s is not defined", "Error: Request for %s failed with status code 500"}
	agents       = [][3]string{{"Chrome", "Windows", "desktop"}, {"Chrome", "Android", "mobile"}, {"Safari", "iOS", "mobile"}, {"Chrome", "macOS", "desktop"}, {"Safari", "macOS", "desktop"}, {"Edge", "Windows", "desktop"}, {"Samsung Internet", "Android", "mobile"}, {"Firefox", "Windows", "desktop"}, {"Whale", "Windows", "desktop"}, {"Safari", "iPadOS", "tablet"}}
	places       = [][2]string{{"KR", "ko-KR"}, {"KR", "ko-KR"}, {"KR", "ko-KR"}, {"US", "en-US"}, {"JP", "ja-JP"}, {"DE", "de-DE"}, {"US", "es-US"}, {"VN", "vi-VN"}}
	mailHosts    = []string{"internationalmail.example", "mailservice.example", "postandpackages.example", "electroniccompany.example"}
	consonants   = "bcdfghklmnprstvw"
	vowels       = "aeiou"
	madeEnglish  = 4000
	madeNouns    = 1500
	madeNames    = 3000
	releaseCount = 30
)

func newLexicon() *lexicon {
	g := rand.New(rand.NewPCG(4, 1))
	syllables := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(consonants[g.IntN(len(consonants))])
			b.WriteByte(vowels[g.IntN(len(vowels))])
		}
		return b.String()
	}
	l := &lexicon{english: append([]string(nil), shopEnglish...), nouns: append([]string(nil), shopNouns...)}
	for range madeEnglish {
		l.english = append(l.english, syllables(3+g.IntN(4)))
	}
	for range madeNouns {
		noun := make([]rune, 2+g.IntN(2))
		for i := range noun {
			// An initial of 19, a vowel of the 8 that are not rare, a final or, mostly, none.
			final := 0
			if g.IntN(3) == 0 {
				final = []int{1, 4, 8, 16, 17, 19, 21}[g.IntN(7)]
			}
			noun[i] = rune(0xAC00 + (g.IntN(19)*21+[]int{0, 1, 4, 5, 8, 13, 18, 20}[g.IntN(8)])*28 + final)
		}
		l.nouns = append(l.nouns, string(noun))
	}
	for range madeNames {
		l.names = append(l.names, syllables(2+g.IntN(2)))
	}
	return l
}

// zipf picks a word; the first are the most frequent, about as in real text.
func zipf(g *rand.Rand, words []string) string {
	return words[min(int(math.Exp(g.Float64()*math.Log(float64(len(words)))))-1, len(words)-1)]
}

// SearchDocuments calls fn with n generated sessions, in pages, in the order they began; the
// same for the same n. The page is used again after fn returns.
func SearchDocuments(n int, fn func([]search.Document) error) error {
	const page = 1000
	l := newLexicon()
	g := rand.New(rand.NewPCG(4, 2))
	docs := make([]search.Document, 0, page)
	for i := range n {
		at := SearchEpoch - searchSpanMs + int64(float64(i+1)/float64(n)*searchSpanMs)
		docs = append(docs, l.document(g, at))
		if len(docs) == page || i == n-1 {
			if err := fn(docs); err != nil {
				return err
			}
			docs = docs[:0]
		}
	}
	return nil
}

func (l *lexicon) document(g *rand.Rand, at int64) search.Document {
	agent, place := zipfOf(g, agents), places[g.IntN(len(places))]
	d := search.Document{
		ID:        fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", at>>16, at&0xffff, g.IntN(1<<12), 0x8000|g.IntN(1<<14), g.Uint64()>>16),
		ProjectID: SearchProject, StartedAt: at, EndedAt: at + int64(g.ExpFloat64()*240_000),
		Browser: agent[0], OS: agent[1], Device: agent[2], Country: place[0], Language: place[1],
		Release: fmt.Sprintf("2026.%d", 1+int(float64(releaseCount)*float64(SearchEpoch-at)/searchSpanMs)),
		NPS:     -1, CSAT: -1, CES: -1, Score: -1, Clicks: g.IntN(40), Signals: map[string]int{}, Vitals: map[string]int64{"lcp": int64(800 + g.ExpFloat64()*1200)},
	}
	d.ActiveMs = (d.EndedAt - at) * 2 / 3
	for range 1 + g.IntN(2) {
		path := zipf(g, l.english)
		if g.IntN(3) == 0 {
			path += fmt.Sprintf("/%d", g.IntN(20_000))
		}
		d.URLs = append(d.URLs, "https://brightandbeautifulshop.example/"+path)
	}
	d.PageCount = len(d.URLs)
	if g.IntN(8) == 0 {
		d.Requests = []string{fmt.Sprintf("POST https://brightandbeautifulshop.example/%s %d", zipf(g, l.english), []int{404, 422, 500, 503}[g.IntN(4)])}
		d.FailedRequests = 1
	}
	if g.IntN(3) == 0 {
		d.Custom = []string{shopEnglish[g.IntN(10)] + "Failed"}
	}
	if g.IntN(5) < 4 {
		d.UserEmail = fmt.Sprintf("%s%d@%s", l.names[g.IntN(len(l.names))], g.IntN(60), mailHosts[g.IntN(len(mailHosts))])
	}
	if g.IntN(3) == 0 {
		d.Errors = []string{fmt.Sprintf(exceptions[g.IntN(len(exceptions))], zipf(g, l.english))}
		d.ErrorTypes = []string{d.Errors[0][:strings.IndexByte(d.Errors[0], ':')]}
		d.ErrorCount = 1 + g.IntN(3)
	}
	if g.IntN(4) > 0 {
		d.Titles = []string{zipf(g, l.english) + " " + zipf(g, l.english) + " – Brightandbeautifulshop"}
	}
	if g.IntN(5) < 2 {
		l.answer(g, &d)
	}
	for _, signal := range search.SignalKeys {
		if g.IntN(12) == 0 {
			d.Signals[signal] = 1 + g.IntN(4)
		}
	}
	return d
}

// answer gives a session an answer with a text, in Korean two times of three.
func (l *lexicon) answer(g *rand.Rand, d *search.Document) {
	text := zipf(g, l.english) + " " + zipf(g, l.english) + " " + zipf(g, l.english) + " is broken"
	if g.IntN(3) > 0 {
		particle := particles[g.IntN(len(particles))]
		text = zipf(g, l.nouns) + strings.TrimSuffix(particle, "_") + " " + complaintKo[g.IntN(len(complaintKo))]
	}
	d.NPS = g.IntN(11)
	d.Score, d.ResponseCount, d.Surveys = d.NPS, 1, []string{"checkout"}
	if d.NPS <= 6 {
		d.Complaints, d.ComplaintCount = []string{text}, 1
	} else {
		d.Responses = []string{text}
	}
}

func zipfOf[T any](g *rand.Rand, all []T) T {
	return all[min(int(math.Exp(g.Float64()*math.Log(float64(len(all)))))-1, len(all)-1)]
}
