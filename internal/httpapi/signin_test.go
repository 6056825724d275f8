package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/afterimage/afterimage/internal/account"
	"github.com/afterimage/afterimage/internal/httpapi"
)

// sameOrigin is what a browser sends from our own pages.
var sameOrigin = map[string]string{"Sec-Fetch-Site": "same-origin"}

// cookie returns the cookie that an answer sets, and its value as "name=value".
func cookie(t testing.TB, a answer) (*http.Cookie, string) {
	t.Helper()
	list := (&http.Response{Header: a.header}).Cookies()
	if len(list) != 1 {
		t.Fatalf("%d cookies are set: %v", len(list), a.header["Set-Cookie"])
	}
	return list[0], list[0].Name + "=" + list[0].Value
}

// signIn redeems the first admin's link and returns the cookie.
func (w *world) signIn() string {
	w.t.Helper()
	link, err := w.auth.FirstAdminLink(w.t.Context())
	w.check(err)
	_, c := cookie(w.t, w.want(200, call{method: "POST", path: "/api/v1/auth/redeem", body: map[string]string{"token": link}}, nil))
	return c
}

type meAnswer struct {
	User *struct {
		Email string
		Role  account.Role
	}
	Token *struct {
		Name string
		Role account.Role
	}
	Projects      []struct{ ID, PublicKey string }
	NeedsPassword bool
	DemoURL       string `json:"demoUrl"`
	Version       string
}

func TestSignInWithLinkThenPassword(t *testing.T) {
	w := newWorld(t)
	link, err := w.auth.FirstAdminLink(t.Context())
	w.check(err)
	var who meAnswer
	a := w.want(200, call{method: "POST", path: "/api/v1/auth/redeem", body: map[string]string{"token": link}, header: sameOrigin}, &who)
	c, value := cookie(t, a)
	if c.Name != "afterimage" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 30*24*3600 {
		t.Errorf("cookie %+v", c)
	}
	if who.User == nil || who.User.Role != account.RoleAdmin || !who.NeedsPassword || who.Token != nil || len(who.Projects) != 2 || who.Version != "test" {
		t.Errorf("me %+v", who)
	}
	w.refused(401, "expired", call{method: "POST", path: "/api/v1/auth/redeem", body: map[string]string{"token": link}})
	change := map[string]string{"email": "boss@example.com", "password": "correct horse battery"}
	_, next := cookie(t, w.want(200, call{method: "PUT", path: "/api/v1/me", cookie: value, header: sameOrigin, body: change}, &who))
	if who.NeedsPassword || who.User.Email != "boss@example.com" || next == value {
		t.Errorf("after setting a password: %+v, cookie new: %v", who, next != value)
	}
	w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/me", cookie: value})
	w.want(200, call{method: "GET", path: "/api/v1/me", cookie: next}, nil)
	w.refused(401, "denied", call{method: "PUT", path: "/api/v1/me", cookie: next, header: sameOrigin, body: map[string]string{"password": "another long one"}})
	w.refused(400, "invalid", call{method: "PUT", path: "/api/v1/me", cookie: next, header: sameOrigin, body: map[string]string{}})
	login := map[string]string{"email": "boss@example.com", "password": "correct horse battery"}
	_, third := cookie(t, w.want(200, call{method: "POST", path: "/api/v1/auth/login", body: login}, nil))
	out, _ := cookie(t, w.want(204, call{method: "POST", path: "/api/v1/auth/logout", cookie: third}, nil))
	if out.Value != "" || out.Expires.IsZero() || out.Expires.Year() > 2010 {
		t.Errorf("signing out sets %+v", out)
	}
	w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/me", cookie: third})
	w.want(200, call{method: "GET", path: "/api/v1/me", cookie: next}, nil)
}

func TestLoginRefusalsLookAlikeAndAreThrottled(t *testing.T) {
	w := newWorld(t)
	_, err := w.auth.NewUser(t.Context(), "new@example.com", account.RoleViewer)
	w.check(err)
	bodies := map[string]bool{}
	for range 5 {
		for _, email := range []string{"new@example.com", "nobody@example.com"} {
			a := w.want(401, call{method: "POST", path: "/api/v1/auth/login", body: map[string]string{"email": email, "password": "wrong password"}}, nil)
			bodies[string(a.body)] = true
			if len(a.header["Set-Cookie"]) != 0 {
				t.Error("a refusal sets a cookie")
			}
		}
	}
	if len(bodies) != 1 {
		t.Errorf("refusals differ: %v", bodies)
	}
	for body := range bodies {
		if !strings.Contains(body, `"detail":"wrong e-mail or password"`) {
			t.Errorf("a person reads %s", body)
		}
	}
	for i := 0; ; i++ {
		a := w.do(call{method: "POST", path: "/api/v1/auth/login", body: map[string]string{"email": "new@example.com", "password": "wrong password"}})
		if a.status == 429 {
			if a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			break
		}
		if i > 20 {
			t.Fatal("never throttled")
		}
	}
	for _, body := range []string{"", "{", "[]", `{"email":1}`, `{"emial":"x"}`, `{} {}`, "{\"email\":\"\xff\"}", `{"email":"a\u0000b"}`, strings.Repeat("[", 20000)} {
		w.refused(400, "invalid", call{method: "POST", path: "/api/v1/auth/login", body: body})
	}
}

// With HTTPS, told by the public URL or by a trusted proxy, the cookie is bound to the host.
func TestSecureCookie(t *testing.T) {
	forwarded := map[string]string{"X-Forwarded-Proto": "https"}
	for name, tc := range map[string]struct {
		config httpapi.Config
		header map[string]string
		secure bool
	}{
		"plain":             {httpapi.Config{}, nil, false},
		"proxy not trusted": {httpapi.Config{}, forwarded, false},
		"another trusted":   {httpapi.Config{TrustedProxies: []string{"192.0.2.0/24"}}, forwarded, false},
		"trusted":           {httpapi.Config{TrustedProxies: []string{"127.0.0.1"}}, forwarded, true},
		"public URL":        {httpapi.Config{PublicURL: "https://replay.example.com/"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(d *httpapi.Deps) { d.Config = tc.config })
			link, err := w.auth.FirstAdminLink(t.Context())
			w.check(err)
			a := w.want(200, call{method: "POST", path: "/api/v1/auth/redeem", body: map[string]string{"token": link}, header: tc.header}, nil)
			c, value := cookie(t, a)
			if c.Secure != tc.secure || (c.Name == "__Host-afterimage") != tc.secure {
				t.Errorf("cookie %+v", c)
			}
			w.want(200, call{method: "GET", path: "/api/v1/me", cookie: value, header: tc.header}, nil)
			if tc.secure { // one that another host of the domain may have set
				w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/me", cookie: "afterimage=" + c.Value, header: tc.header})
			}
		})
	}
	for _, bad := range []httpapi.Config{{TrustedProxies: []string{"proxy"}}, {PublicURL: "replay.example.com"}, {PublicURL: "https://x.example.com/path"}} {
		if _, err := httpapi.New(httpapi.Deps{Config: bad}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestCrossSiteRequestsChangeNothing(t *testing.T) {
	w := newWorld(t, func(d *httpapi.Deps) { d.Config.PublicURL = "http://replay.example.com" })
	c := w.signIn()
	host := strings.TrimPrefix(w.url, "http://")
	change := call{method: "PATCH", path: "/api/v1/projects/shop", cookie: c, body: map[string]string{"name": "changed"}}
	for name, tc := range map[string]struct {
		header map[string]string
		ok     bool
	}{
		"from nowhere":      {nil, false},
		"fetch same origin": {sameOrigin, true},
		"fetch cross site":  {map[string]string{"Sec-Fetch-Site": "cross-site"}, false},
		"fetch same site":   {map[string]string{"Sec-Fetch-Site": "same-site"}, false},
		"own origin":        {map[string]string{"Origin": w.url}, true},
		"public URL":        {map[string]string{"Origin": "http://replay.example.com"}, true},
		"other origin":      {map[string]string{"Origin": "https://evil.example.com"}, false},
		"other port":        {map[string]string{"Origin": "http://127.0.0.1:1"}, false},
		"null":              {map[string]string{"Origin": "null"}, false},
		"no scheme":         {map[string]string{"Origin": host}, false},
		"the two disagree":  {map[string]string{"Origin": "https://evil.example.com", "Sec-Fetch-Site": "same-origin"}, false},
		"and the other way": {map[string]string{"Origin": w.url, "Sec-Fetch-Site": "cross-site"}, false},
	} {
		change.header = tc.header
		if a := w.do(change); (a.status == 200) != tc.ok || !tc.ok && a.status != 403 {
			t.Errorf("%s: status %d, want it taken: %v", name, a.status, tc.ok)
		}
	}
	evil := map[string]string{"Origin": "https://evil.example.com"}
	for _, path := range []string{"login", "redeem", "logout"} {
		w.refused(403, "cross-site", call{method: "POST", path: "/api/v1/auth/" + path, header: evil, body: "{}"})
	}
	w.want(200, call{method: "GET", path: "/api/v1/me", cookie: c, header: evil}, nil)
	// A bearer token is sent by no browser on its own, so it needs no such proof.
	w.want(200, call{method: "PATCH", path: "/api/v1/projects/shop", as: "shop/admin", header: evil, body: map[string]string{"name": "x"}}, nil)
}

func TestPersonsProjects(t *testing.T) {
	w := newWorld(t)
	c := w.signIn()
	inShop, inOther := w.record("shop"), w.record("other")
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + inShop.session, cookie: c}, nil) // shop is the first
	w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/" + inOther.session, cookie: c})
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + inOther.session + "?project=other", cookie: c}, nil)
	w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions/" + inShop.session + "?project=other", cookie: c})
	for _, p := range []string{"nowhere", "%00", "a/b"} {
		w.refused(404, "not-found", call{method: "GET", path: "/api/v1/sessions?project=" + p, cookie: c})
	}
	var who meAnswer
	w.want(200, call{method: "GET", path: "/api/v1/me", as: "shop/member"}, &who)
	if who.User != nil || who.Token == nil || who.Token.Role != account.RoleMember || len(who.Projects) != 1 || who.Projects[0].ID != "shop" || who.DemoURL != "" {
		t.Errorf("a token's me is %+v", who)
	}
	// A token that is wrong is not made up for by a cookie.
	w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/me", cookie: c, header: map[string]string{"Authorization": "Bearer wrong"}})
}

// A person's role holds as a token's does.
func TestPersonsRole(t *testing.T) {
	w := newWorld(t)
	r := w.record("shop")
	user, err := w.auth.NewUser(t.Context(), "viewer@example.com", account.RoleViewer)
	w.check(err)
	link, err := w.auth.Link(t.Context(), user.ID)
	w.check(err)
	_, c := cookie(t, w.want(200, call{method: "POST", path: "/api/v1/auth/redeem", body: map[string]string{"token": link}}, nil))
	w.want(200, call{method: "GET", path: "/api/v1/sessions/" + r.session, cookie: c}, nil)
	for _, refused := range []call{{method: "DELETE", path: "/api/v1/sessions/" + r.session}, {method: "POST", path: "/api/v1/projects", body: `{"id":"x"}`},
		{method: "GET", path: "/api/v1/projects/shop/tokens"}, {method: "POST", path: "/api/v1/responses", body: `{"kind":"text","text":"x"}`}} {
		refused.cookie, refused.header = c, sameOrigin
		w.refused(403, "not-allowed", refused)
	}
	// Somebody who is removed is signed out at once.
	w.check(w.store.DeleteUser(t.Context(), user.ID))
	w.refused(401, "unauthenticated", call{method: "GET", path: "/api/v1/me", cookie: c})
}
