package httpapi_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type project struct {
	ID, Name, PublicKey string
	SiteOrigins         []string
	RetentionDays       int
}

func TestProjects(t *testing.T) {
	w := newWorld(t)
	c := w.signIn()
	var made project
	w.want(201, call{method: "POST", path: "/api/v1/projects", cookie: c, header: sameOrigin, body: map[string]string{"id": "blog", "name": "Our blog"}}, &made)
	if made.ID != "blog" || made.Name != "Our blog" || made.PublicKey == "" || made.SiteOrigins == nil {
		t.Errorf("made %+v", made)
	}
	w.refused(409, "exists", call{method: "POST", path: "/api/v1/projects", cookie: c, header: sameOrigin, body: map[string]string{"id": "blog", "name": "x"}})
	for _, id := range []string{"", "Blog", "a b", "../x", strings.Repeat("a", 41)} {
		w.refused(400, "invalid", call{method: "POST", path: "/api/v1/projects", cookie: c, header: sameOrigin, body: map[string]string{"id": id}})
	}
	w.refused(403, "not-allowed", call{method: "POST", path: "/api/v1/projects", as: "shop/admin", body: map[string]string{"id": "more"}})
	w.keys["blog"] = made.PublicKey
	r := w.recording("blog")
	w.upload(r, 0, snapshot(w.clock.Now().UnixMilli())...) // its key works at once

	var all struct{ Items []project }
	w.want(200, call{method: "GET", path: "/api/v1/projects", cookie: c}, &all)
	if len(all.Items) != 3 {
		t.Errorf("%d projects, want 3", len(all.Items))
	}
	w.want(200, call{method: "GET", path: "/api/v1/projects", as: "other/viewer"}, &all)
	if len(all.Items) != 1 || all.Items[0].ID != "other" {
		t.Errorf("a token sees %+v", all.Items)
	}
	w.refused(404, "not-found", call{method: "PATCH", path: "/api/v1/projects/nowhere", cookie: c, header: sameOrigin, body: "{}"})
}

func TestPatchProject(t *testing.T) {
	w := newWorld(t)
	patch := func(body any) call {
		return call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", body: body}
	}
	var p project
	w.want(200, patch(map[string]any{"name": "Shop!", "retentionDays": 30,
		"siteOrigins": []string{"https://Shop.example.com", "https://shop.example.com:443", "http://localhost:3000"}}), &p)
	want := project{"shop", "Shop!", w.keys["shop"], []string{"https://shop.example.com", "http://localhost:3000"}, 30}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v, want %+v", p, want)
	}
	for _, origin := range badOrigins {
		w.refused(400, "invalid", patch(map[string]any{"siteOrigins": []string{origin}}))
	}
	for _, body := range []string{`{"retentionDays":-1}`, `{"retentionDays":1e9}`, `{"name":""}`, `{"name":"a\nb"}`, `{"publicKey":"mine"}`, `{"id":"x"}`,
		`{"siteOrigins":"https://a"}`, `null x`, fmt.Sprintf(`{"siteOrigins":[%s"https://a"]}`, strings.Repeat(`"https://a",`, 60))} {
		w.refused(400, "invalid", patch(body))
	}
	var after project
	w.want(200, patch(`{}`), &after)
	if !reflect.DeepEqual(after, want) {
		t.Errorf("a refused change left %+v", after)
	}
	w.want(200, patch(`{"siteOrigins":[]}`), &after)
	if len(after.SiteOrigins) != 0 {
		t.Errorf("origins cannot be cleared: %+v", after)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	var made struct {
		ID, Name, ProjectID, Role string
		Token                     string
	}
	w.want(201, call{method: "POST", path: "/api/v1/projects/shop/tokens", as: "shop/admin", body: map[string]string{"name": "ci", "role": "viewer"}}, &made)
	if made.Name != "ci" || made.ProjectID != "shop" || !strings.HasPrefix(made.Token, "ait_") {
		t.Errorf("made %+v", made)
	}
	w.tokens["ci"] = made.Token
	w.want(200, call{method: "GET", path: "/api/v1/sessions", as: "ci"}, nil)
	a := w.want(200, call{method: "GET", path: "/api/v1/projects/shop/tokens", as: "shop/admin"}, nil)
	if !strings.Contains(string(a.body), made.ID) || strings.Contains(string(a.body), made.Token) || strings.Contains(strings.ToLower(string(a.body)), "hash") {
		t.Errorf("the list is %s", a.body)
	}
	for _, body := range []string{`{"name":"x"}`, `{"name":"x","role":"owner"}`, `{"name":"","role":"admin"}`} {
		w.refused(400, "invalid", call{method: "POST", path: "/api/v1/projects/shop/tokens", as: "shop/admin", body: body})
	}
	// Another project's admin cannot remove it through his own project either.
	if status := w.do(call{method: "DELETE", path: "/api/v1/projects/other/tokens/" + made.ID, as: "other/admin"}).status; status != 404 && status != 204 {
		t.Errorf("status %d", status)
	}
	w.want(200, call{method: "GET", path: "/api/v1/sessions", as: "ci"}, nil)
	w.want(204, call{method: "DELETE", path: "/api/v1/projects/shop/tokens/" + made.ID, as: "shop/admin"}, nil)
	w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/sessions", as: "ci"})
}
