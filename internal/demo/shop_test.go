package demo

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestPageFillsInTheKeyAndKnowsItsAddresses(t *testing.T) {
	for _, address := range []string{"/demo", "/demo/", "/demo/cart", "/demo/checkout.html", "/demo/thanks", "/demo/slow", "/demo/slow.html", "/demo/products/moon-jar"} {
		body, contentType, ok := Page(address, "pk_123")
		if !ok || contentType != "text/html; charset=utf-8" {
			t.Errorf("Page(%q): ok %v, type %q", address, ok, contentType)
		}
		if strings.Contains(string(body), keyPlaceholder) || !strings.Contains(string(body), `src="/afterimage.js" data-key="pk_123"`) {
			t.Errorf("Page(%q) does not load the recorder with the key", address)
		}
	}
	for _, address := range []string{"/demo/nothing", "/demo/../go.mod", "/demo/js/../../shop.go", "/demo/js", "/elsewhere", "/demo/api/products", ""} {
		if _, _, ok := Page(address, "k"); ok {
			t.Errorf("Page(%q) is there", address)
		}
	}
}

func TestPagesHaveEverythingTheyAskFor(t *testing.T) {
	asked := regexp.MustCompile(`(?:href|src)="(/demo/[^"]+)"|from "\./([^"]+)"`)
	err := fs.WalkDir(Shop, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(Shop, name)
		for _, found := range asked.FindAllStringSubmatch(string(body), -1) {
			address := found[1]
			if address == "" {
				address = prefix + path.Join(path.Dir(name), found[2])
			}
			if _, _, ok := Page(address, "k"); !ok {
				t.Errorf("%s asks for %s, which is not there", name, address)
			}
		}
		if strings.Contains(string(body), "<script>") {
			t.Errorf("%s has an inline script, which a strict policy forbids", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPIAnswersAndFailsWhereItShould(t *testing.T) {
	for call, status := range map[string]int{"GET products": 200, "GET stock": 200, "POST orders": 201, "POST coupon": 500} {
		method, name, _ := strings.Cut(call, " ")
		reply, ok := API(method, "/demo/api/"+name)
		if !ok || reply.Status != status || !json.Valid(reply.Body) || reply.ContentType != "application/json" {
			t.Errorf("%s: ok %v, status %d, type %q, body %q", call, ok, reply.Status, reply.ContentType, reply.Body)
		}
	}
	if reply, _ := API("GET", "/demo/api/stock"); reply.Delay < 2e9 {
		t.Errorf("the stock takes %v: the slow page is not slow", reply.Delay)
	}
	for _, wrong := range [][2]string{{"GET", "/demo/api/coupon"}, {"POST", "/demo/api/products"}, {"GET", "/api/products"}} {
		if _, ok := API(wrong[0], wrong[1]); ok {
			t.Errorf("%s %s is answered", wrong[0], wrong[1])
		}
	}
}

func TestProductsAreInBothLanguagesWithPicturesAndPrices(t *testing.T) {
	reply, _ := API("GET", "/demo/api/products")
	var products []struct {
		ID, Category string
		Name, About  struct{ Ko, En string }
		Price        int
		Art          struct{ Shape string }
	}
	if err := json.Unmarshal(reply.Body, &products); err != nil {
		t.Fatal(err)
	}
	art, err := fs.ReadFile(Shop, "js/art.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(products) != 24 {
		t.Errorf("%d products", len(products))
	}
	for _, p := range products {
		if p.Name.Ko == "" || p.Name.En == "" || p.About.Ko == "" || p.About.En == "" || p.Price < 1000 || !strings.Contains(string(art), "\n  "+p.Art.Shape+": ") {
			t.Errorf("product %q is not complete", p.ID)
		}
	}
}
