package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/afterimage/afterimage/docs"
	"github.com/afterimage/afterimage/internal/httpapi"
)

func timeout(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

// document is the OpenAPI document as plain JSON values.
var document = sync.OnceValue(func() map[string]any {
	var raw any
	if err := yaml.Unmarshal(docs.OpenAPI, &raw); err != nil {
		panic(err)
	}
	j, err := json.Marshal(raw)
	if err != nil {
		panic(err)
	}
	var out map[string]any
	if err := json.Unmarshal(j, &out); err != nil {
		panic(err)
	}
	return out
})

// operations maps "GET /api/v1/me" to the operation, with a pattern for its path.
var operations = sync.OnceValue(func() map[string]any {
	out := map[string]any{}
	for path, item := range document()["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			if slices.Contains([]string{"get", "post", "put", "patch", "delete", "options"}, method) {
				out[strings.ToUpper(method)+" "+path] = op
			}
		}
	}
	return out
})

var parameter = regexp.MustCompile(`\\\{\w+\\\}`)

// operationFor finds the operation of a call; nil if the document has none. A path
// without parameters goes before one with.
func operationFor(method, path string) any {
	path, _, _ = strings.Cut(path, "?")
	if op, ok := operations()[method+" "+path]; ok {
		return op
	}
	for name, op := range operations() {
		m, pattern, _ := strings.Cut(name, " ")
		if m != method {
			continue
		}
		if regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(pattern), "[^/]+") + "$").MatchString(path) {
			return op
		}
	}
	return nil
}

// conforms checks an answer against the document: its status must be described, and
// its body be as described. Errors that the server can give anywhere need only be
// problem documents.
func (w *world) conforms(c call, a answer) {
	w.t.Helper()
	op := operationFor(c.method, c.path)
	if op == nil {
		return
	}
	response := resolve(at(op, "responses", fmt.Sprint(a.status)))
	if response == nil {
		if slices.Contains([]int{304, 400, 405, 413}, a.status) {
			return
		}
		w.t.Errorf("%s %s: status %d is not in docs/openapi.yaml: %.200s", c.method, c.path, a.status, a.body)
		return
	}
	contents, _ := at(response, "content").(map[string]any)
	if contents == nil {
		if len(a.body) > 0 {
			w.t.Errorf("%s %s: %d should have no body: %.200s", c.method, c.path, a.status, a.body)
		}
		return
	}
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	content, ok := contents[kind]
	if !ok {
		w.t.Errorf("%s %s: content type %q is not described", c.method, c.path, kind)
		return
	}
	if !strings.HasSuffix(kind, "/json") && !strings.HasSuffix(kind, "+json") || a.header.Get("Content-Encoding") != "" {
		return
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		w.t.Errorf("%s %s: %v", c.method, c.path, err)
		return
	}
	for _, fault := range faults(at(content, "schema"), v, "body") {
		w.t.Errorf("%s %s: %d: %s", c.method, c.path, a.status, fault)
	}
}

// at walks into nested objects.
func at(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// resolve follows a $ref within the document.
func resolve(v any) any {
	for {
		ref, ok := at(v, "$ref").(string)
		if !ok {
			return v
		}
		v = at(document(), strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		if v == nil {
			panic("dangling reference " + ref)
		}
	}
}

// faults checks v against the part of JSON Schema that the document uses.
func faults(schema, v any, where string) []string {
	s, _ := resolve(schema).(map[string]any)
	var out []string
	say := func(format string, args ...any) { out = append(out, where+": "+fmt.Sprintf(format, args...)) }
	for _, part := range asList(s["allOf"]) {
		out = append(out, faults(part, v, where)...)
	}
	if types := asList(s["type"]); len(types) > 0 && !slices.ContainsFunc(types, func(t any) bool { return isType(v, t.(string)) }) {
		say("is %T, not %v", v, types)
		return out
	}
	if enum := asList(s["enum"]); len(enum) > 0 && !slices.Contains(enum, v) {
		say("%v is none of %v", v, enum)
	}
	if want, ok := s["const"]; ok && !reflect.DeepEqual(want, v) {
		say("%v is not %v", v, want)
	}
	if text, ok := v.(string); ok && s["pattern"] != nil && !regexp.MustCompile(s["pattern"].(string)).MatchString(text) {
		say("%q does not match %v", text, s["pattern"])
	}
	if items, ok := v.([]any); ok && s["items"] != nil {
		for i, item := range items {
			out = append(out, faults(s["items"], item, fmt.Sprintf("%s[%d]", where, i))...)
		}
	}
	if object, ok := v.(map[string]any); ok {
		out = append(out, objectFaults(s, object, where)...)
	}
	return out
}

func objectFaults(s, object map[string]any, where string) []string {
	var out []string
	properties, _ := s["properties"].(map[string]any)
	for _, name := range asList(s["required"]) {
		if _, ok := object[name.(string)]; !ok {
			out = append(out, fmt.Sprintf("%s: lacks %v", where, name))
		}
	}
	for name, value := range object {
		if property, ok := properties[name]; ok {
			out = append(out, faults(property, value, where+"."+name)...)
		} else if s["additionalProperties"] == false {
			out = append(out, fmt.Sprintf("%s: has %q, which is not described", where, name))
		} else if more, ok := s["additionalProperties"].(map[string]any); ok {
			out = append(out, faults(more, value, where+"."+name)...)
		}
	}
	return out
}

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func isType(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && v == float64(int64(v))
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

// The checker itself must be able to find faults, or the tests that lean on it prove nothing.
func TestSchemaCheckerFindsFaults(t *testing.T) {
	schema := at(document(), "components", "schemas", "Receipt")
	good := `{"session":"0198f000-0000-7000-8000-000000000001","tab":"0198f000-0000-7000-8000-000000000002","seq":0,"duplicate":false,"events":3}`
	for body, want := range map[string]int{good: 0,
		strings.Replace(good, `"seq":0`, `"seq":0.5`, 1):                1,
		strings.Replace(good, `"seq":0,`, ``, 1):                        1,
		strings.Replace(good, `"seq":0`, `"seq":0,"more":1`, 1):         1,
		strings.Replace(good, `0198f000-0000-7000`, `0198F000-00-7`, 1): 1,
		strings.Replace(good, `false`, `null`, 1):                       1,
		`[]`: 1,
	} {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		if got := faults(schema, v, "body"); len(got) != want {
			t.Errorf("%s: %d faults %v, want %d", body, len(got), got, want)
		}
	}
}

// The document and the routes describe each other, both ways.
func TestOpenAPIMatchesRoutes(t *testing.T) {
	w := newWorld(t)
	described := map[string]bool{}
	for name := range operations() {
		described[name] = true
	}
	colon := regexp.MustCompile(`:(\w+)`)
	served := map[string]bool{}
	for _, r := range httpapi.RoutesForTest(w.server) {
		served[r.Method+" "+colon.ReplaceAllString(r.Path, "{$1}")] = true
	}
	for name := range served {
		if !described[name] {
			t.Errorf("%s is served and not in docs/openapi.yaml", name)
		}
	}
	for name := range described {
		if !served[name] {
			t.Errorf("%s is in docs/openapi.yaml and not served", name)
		}
	}
	var got map[string]any
	w.want(200, call{method: "GET", path: "/api/v1/openapi.json"}, &got)
	if !reflect.DeepEqual(got, document()) {
		t.Error("openapi.json is not docs/openapi.yaml")
	}
}

// Every reference leads somewhere, every operation says who may call it or is open,
// and every schema that is kept is used.
func TestOpenAPIIsConsistent(t *testing.T) {
	text := string(docs.OpenAPI)
	for _, ref := range regexp.MustCompile(`#/components/[\w/]+`).FindAllString(text, -1) {
		resolve(map[string]any{"$ref": ref})
	}
	for _, group := range []string{"schemas", "responses", "parameters", "requestBodies"} {
		for name := range at(document(), "components", group).(map[string]any) {
			if !regexp.MustCompile(`#/components/` + group + `/` + name + `\b`).MatchString(text) {
				t.Errorf("components/%s/%s is not used", group, name)
			}
		}
	}
	seen := map[any]string{}
	for name, op := range operations() {
		id := at(op, "operationId")
		if id == nil || seen[id] != "" {
			t.Errorf("%s: operationId %v is missing or also that of %s", name, id, seen[id])
		}
		seen[id] = name
	}
}

// Each example is as its schema says.
func TestOpenAPIExamples(t *testing.T) {
	examples := 0
	var look func(where string, v any)
	look = func(where string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if example, ok := v["example"]; ok && v["schema"] != nil {
				examples++
				for _, fault := range faults(v["schema"], example, where) {
					t.Error(fault)
				}
			}
			for name, part := range v {
				look(where+"/"+name, part)
			}
		case []any:
			for _, part := range v {
				look(where, part)
			}
		}
	}
	look("", document())
	if examples < 3 {
		t.Errorf("only %d examples", examples)
	}
	// That of a refused query is what the server says.
	w := newWorld(t)
	var got any
	w.want(400, call{method: "GET", path: "/api/v1/sessions?q=browzer:Chrome", as: "shop/viewer"}, &got)
	if want := at(document(), "components", "responses", "BadQuery", "content", "application/problem+json", "example"); !reflect.DeepEqual(got, want) {
		t.Errorf("the server says %v, the example %v", got, want)
	}
}
