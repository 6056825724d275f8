package demo

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed shop
var shopFiles embed.FS

// Shop holds the shop's files: HTML, CSS, JavaScript modules and products.json.
var Shop = mustSub(shopFiles, "shop")

// keyPlaceholder stands in the pages where the project's public key belongs.
const keyPlaceholder = "{{PROJECT_KEY}}"

// The addresses of the shop lie below prefix; those of its own calls below apiPrefix.
const (
	prefix    = "/demo/"
	apiPrefix = "/demo/api/"
)

// How long the shop's calls take. The stock is slow on purpose: it is the page that people wait for.
const (
	stockDelay  = 3 * time.Second
	orderDelay  = 700 * time.Millisecond
	couponDelay = 400 * time.Millisecond
)

// pages are the addresses below /demo/ that show a page, with the page's file.
var pages = map[string]string{
	"":         "index.html",
	"cart":     "cart.html",
	"checkout": "checkout.html",
	"thanks":   "thanks.html",
	"slow":     "slow.html",
}

// contentTypes are the types of the shop's files by the end of their name.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
}

// Page returns the shop's file for an address such as /demo/cart or /demo/js/home.js, with the project's
// public key filled into pages, and its content type. ok is false where there is no such file.
func Page(address, projectKey string) (body []byte, contentType string, ok bool) {
	if address == strings.TrimSuffix(prefix, "/") {
		address = prefix
	}
	name, below := strings.CutPrefix(address, prefix)
	if !below {
		return nil, "", false
	}
	switch file, known := pages[strings.TrimSuffix(name, ".html")]; {
	case known:
		name = file
	case strings.HasPrefix(name, "products/"): // the page reads which product from its address
		name = "product.html"
	}
	contentType, ok = contentTypes[path.Ext(name)]
	if !ok || !fs.ValidPath(name) {
		return nil, "", false
	}
	body, err := fs.ReadFile(Shop, name)
	if err != nil {
		return nil, "", false
	}
	if path.Ext(name) == ".html" {
		body = bytes.ReplaceAll(body, []byte(keyPlaceholder), []byte(projectKey))
	}
	return body, contentType, true
}

// Reply is what the shop's server answers. The caller waits for Delay before it sends the rest.
type Reply struct {
	Status      int
	Delay       time.Duration
	Body        []byte
	ContentType string
}

// stock is what is left in the outlet.
const stock = `[{"id":"wool-throw","left":2},{"id":"ink-bowl","left":3},{"id":"paper-lamp","left":1},{"id":"letter-set","left":6}]`

// API answers a call of the shop, such as POST /demo/api/coupon. ok is false where there is no such call.
func API(method, address string) (Reply, bool) {
	name, below := strings.CutPrefix(address, apiPrefix)
	if !below {
		return Reply{}, false
	}
	reply := Reply{Status: 200, ContentType: contentTypes[".json"]}
	switch method + " " + name {
	case "GET products":
		body, err := fs.ReadFile(Shop, "products.json")
		if err != nil {
			return Reply{}, false
		}
		reply.Body = body
	case "GET stock":
		reply.Delay, reply.Body = stockDelay, []byte(stock)
	case "POST orders":
		reply.Status, reply.Delay, reply.Body = 201, orderDelay, []byte(`{"order":"H-2047"}`)
	case "POST coupon": // fails on purpose
		reply.Status, reply.Delay, reply.Body = 500, couponDelay, []byte(`{"error":"the coupon service did not answer"}`)
	default:
		return Reply{}, false
	}
	return reply, true
}

// mustSub returns a folder of an embedded file system; the compiler has made sure that it is there.
func mustSub(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err)
	}
	return sub
}
