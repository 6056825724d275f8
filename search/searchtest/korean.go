package searchtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/afterimage/afterimage/search"
)

// The pieces that complaints are made of: what people write to shops, with the particles,
// endings, laughing and crying letters and the lack of spaces that they write with.
var (
	koreanSubjects = []string{"결제", "카드결제", "간편결제", "로그인", "배송", "쿠폰", "환불", "장바구니", "회원가입", "주문내역", "앱", "화면",
		"비밀번호", "본인인증", "상품문의", "무통장입금", "포인트", "적립금", "배송지", "주소검색", "이미지", "후기", "검색", "알림", "고객센터", "교환신청", "리뷰작성", "정기구독"}
	koreanParticles = []string{"가", "이", "를", "은", "는", "도", "", "에서", "하고", "까지", "만", "부터"}
	koreanEnds      = []string{"안 돼요", "안됩니다", "너무 느려요", "오류가 나요", "멈췄어요", "좋아요", "다시 해도 똑같아요", "빨라서 좋네요", "안 보여요!!",
		"계속 실패해요", "눌러도 반응이 없어요", "하얀 화면만 떠요", "중간에 튕깁니다", "두 번 결제됐어요", "어디 있는지 모르겠어요", "왜 안되나요?", "불편합니다", "사라졌네요 ㅠㅠ",
		"잘 돼요ㅎㅎ", "무한로딩이에요", "적용이 안 되네요", "취소가 안 먹혀요", "찾을 수가 없습니다", "새로고침해야 나와요"}
	koreanWhen = []string{"어제부터", "오늘 아침에", "업데이트하고 나서", "갑자기", "며칠 전부터", "아이폰에서", "갤럭시로 하면", "크롬에서는", "회사 와이파이로", "로그인한 다음에"}
	koreanMore = []string{"앱을 다시 깔아도 똑같네요", "빨리 고쳐주세요", "다른 카드로 해도 마찬가지예요", "고객센터는 전화도 안 받고", "너무 답답합니다ㅜㅜ",
		"그냥 다른 데서 살게요", "예전이 훨씬 나았어요", "확인 부탁드립니다", "환불해 주세요.", "급해요!!!"}
	englishParts = []string{"checkout", "payment", "login", "coupon", "the page", "my cart", "Café menu", "search", "iPhone app"}
	englishEnds  = []string{"is broken", "does not work", "is very slow", "was great", "keeps spinning", "failed again", "looks naïve", "can't be opened"}
)

// Sentence makes what a person might answer, in Korean or English.
func Sentence(g *rand.Rand) string {
	if g.IntN(2) == 0 {
		// A few subjects only, so that queries find many.
		s := pick(g, koreanSubjects[:12]) + pick(g, koreanParticles[:8]) + " " + pick(g, koreanEnds[:9])
		if g.IntN(5) == 0 {
			s = decompose(s) // as macOS and some keyboards send it
		}
		return s
	}
	part := pick(g, englishParts)
	return strings.ToUpper(part[:1]) + part[1:] + " " + pick(g, englishEnds)
}

// Complaint makes a line of Korean as people complain about a shop; some of it is decomposed.
func Complaint(g *rand.Rand) string {
	var b strings.Builder
	if g.IntN(2) == 0 {
		b.WriteString(pick(g, koreanWhen) + " ")
	}
	b.WriteString(pick(g, koreanSubjects) + pick(g, koreanParticles))
	if g.IntN(8) > 0 { // some leave the space out
		b.WriteByte(' ')
	}
	b.WriteString(pick(g, koreanEnds))
	if g.IntN(3) == 0 {
		b.WriteString(pick(g, []string{" ", ". ", ".. ", ", "}) + pick(g, koreanMore))
	}
	if g.IntN(5) == 0 {
		return decompose(b.String())
	}
	return b.String()
}

// decompose gives the form of a text in which Hangul is letters, not syllables.
func decompose(s string) string { return norm.NFD.String(s) }

// koreanDocuments makes n sessions of the project delta, each with linesPerSession complaints.
func (c *corpus) koreanDocuments(n int) []search.Document {
	g := rand.New(rand.NewPCG(17, 19))
	docs := make([]search.Document, n)
	for i := range docs {
		started := Epoch - int64(g.IntN(1000))*60_000
		docs[i] = search.Document{ID: fmt.Sprintf("delta-%05d", i), ProjectID: "delta", StartedAt: started, EndedAt: started + 60_000, NPS: -1, CSAT: -1, CES: -1, Score: -1}
		for range linesPerSession {
			line := Complaint(g)
			docs[i].Complaints = append(docs[i].Complaints, line)
			c.lines[docs[i].ID] = append(c.lines[docs[i].ID], norm.NFC.String(line))
		}
	}
	return docs
}

// testKorean holds that every two neighbouring syllables of a line find exactly the sessions that
// have them, which is known without any token: by looking at all lines.
func (c *corpus) testKorean(t *testing.T) {
	having := map[string]map[string]bool{} // by piece, the sessions
	lines := 0
	for id, texts := range c.lines {
		lines += len(texts)
		for _, text := range texts {
			last := rune(0)
			for _, r := range text {
				if isSyllable(r) && isSyllable(last) {
					piece := string([]rune{last, r})
					if having[piece] == nil {
						having[piece] = map[string]bool{}
					}
					having[piece][id] = true
				}
				last = r
			}
		}
	}
	pieces := slices.Sorted(maps.Keys(having))
	t.Logf("%d lines have %d pieces of two syllables", lines, len(pieces))
	for i, piece := range pieces {
		q := piece
		if i%5 == 0 {
			q = decompose(piece)
		}
		limit := 1
		if i%7 == 0 {
			limit = search.MaxLimit
		}
		r := search.Request{ProjectID: "delta", Query: parse(t, q), Limit: limit, WithTotal: true, Now: Now, Exact: true}
		ids, result := find(t, c.x, r)
		if want := len(having[piece]); result.Total != int64(want) || len(ids) != min(limit, want) {
			t.Errorf("%s finds %d sessions, shows %d; %d have it", piece, result.Total, len(ids), want)
		}
		for _, id := range ids {
			if !having[piece][id] {
				t.Errorf("%s shows %s, which does not have it", piece, id)
			}
		}
	}
}

func isSyllable(r rune) bool { return r >= '가' && r <= '힣' }
