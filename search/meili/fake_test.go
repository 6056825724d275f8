package meili

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeServer stands in for Meilisearch where there is none: it holds documents in memory and
// answers the calls that the adapter makes. Requests and answers are held against the published
// API (see publishedCalls); a task does nothing before it is asked for, so that who does not
// wait finds nothing. What it cannot show is that a real server does the same.
type fakeServer struct {
	t   *testing.T
	key string // that requests have to bring; empty: none
	mu  sync.Mutex

	indexes  map[string]*fakeIndex
	tasks    []*fakeTask
	done     int      // tasks that were worked on, in their order
	requests []string // method, path and body
	answers  int

	// fail is asked before each call; a status other than 0 is the answer, -1 cuts the connection.
	fail func(r *http.Request) (status int, code string)
	// failTask gives how a task ends (failed or canceled) and with what code; empty for success.
	failTask func(kind string) (status, code string)
	// polls is how often a task is asked for before the server works on it.
	polls int
	// before is called before a task is worked on, without the lock.
	before func(task *fakeTask)
	// disorder turns the order of hits around.
	disorder bool
	// bare lets documents come into an index without settings, and settings come late.
	bare bool
}

// fakeTask is a task, and what it does when its turn comes; it returns an error code.
type fakeTask struct {
	uid                       int
	kind, index, status, code string
	polled                    int
	details                   any // as the published API's examples have them
	do                        func() string
}

func startFake(t *testing.T) (*fakeServer, string) {
	t.Helper()
	f := &fakeServer{t: t, indexes: map[string]*fakeIndex{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

// with runs what looks at or changes the server.
func (f *fakeServer) with(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.URL.String()+" "+string(body))
	if f.fail != nil {
		switch status, code := f.fail(r); {
		case status < 0:
			panic(http.ErrAbortHandler)
		case status > 0:
			f.problem(w, status, code, "fake refuses: "+string(body))
			return
		}
	}
	if f.key != "" && r.Header.Get("Authorization") != "Bearer "+f.key {
		f.problem(w, http.StatusForbidden, "invalid_api_key", "")
		return
	}
	call, arg := route(r)
	known, ok := publishedCalls[call]
	if !ok {
		f.t.Errorf("the adapter calls %s, which is not in the table of the published API", call)
		f.problem(w, 400, "bad_request", "")
		return
	}
	for name, values := range r.URL.Query() {
		if known.query[name] == "" || len(values) != 1 {
			f.t.Errorf("%s?%s is not in the table of the published API", call, r.URL.RawQuery)
		}
	}
	in, err := checkJSON(known.body, body)
	if err != nil {
		f.t.Errorf("%s: %v", call, err)
	}
	if len(body) > maxFakePayload {
		f.t.Errorf("%s brings %d bytes", call, len(body))
	}
	f.answer(w, r, call, arg, in, body)
}

// route gives the call of the table, and what stands for its *.
func route(r *http.Request) (call, arg string) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) > 1 {
		arg, parts[1] = parts[1], "*"
	}
	return r.Method + " /" + strings.Join(parts, "/"), arg
}

func (f *fakeServer) answer(w http.ResponseWriter, r *http.Request, call, arg string, in any, body []byte) {
	switch call {
	case "GET /stats":
		f.reply(w, call, f.stats())
	case "GET /tasks":
		f.reply(w, call, f.pending(r))
	case "GET /tasks/*":
		f.poll(w, call, arg)
	case "POST /indexes":
		uid, _ := in.(map[string]any)["uid"].(string)
		f.enqueue(w, call, "indexCreation", uid, map[string]any{"primaryKey": primaryKey}, func() string { return f.create(uid) })
	case "DELETE /indexes/*":
		f.enqueue(w, call, "indexDeletion", arg, map[string]any{"deletedDocuments": 0}, f.on(arg, func(*fakeIndex) { delete(f.indexes, arg) }))
	case "PATCH /indexes/*/settings":
		f.enqueue(w, call, "settingsUpdate", arg, in, f.on(arg, func(x *fakeIndex) { x.set(f, body) }))
	case "PUT /indexes/*/settings/filterable-attributes":
		f.enqueue(w, call, "settingsUpdate", arg, map[string]any{"filterableAttributes": in}, f.on(arg, func(x *fakeIndex) { x.setRules(f, body) }))
	case "GET /indexes/*/settings/filterable-attributes":
		if x := f.indexes[arg]; x != nil {
			f.reply(w, call, append([]fakeRule{}, x.rules...))
			return
		}
		f.problem(w, 404, "index_not_found", arg)
	case "POST /indexes/*/documents":
		if r.URL.Query().Get("primaryKey") != primaryKey {
			f.t.Errorf("documents without a primary key")
		}
		f.enqueue(w, call, "documentAdditionOrUpdate", arg, map[string]any{"receivedDocuments": len(in.([]any)), "indexedDocuments": nil},
			func() string { return f.add(arg, in.([]any)) })
	case "POST /indexes/*/documents/delete-batch":
		f.enqueue(w, call, "documentDeletion", arg, map[string]any{"providedIds": len(in.([]any)), "deletedDocuments": nil, "originalFilter": nil}, f.on(arg, func(x *fakeIndex) { x.remove(in.([]any)) }))
	case "POST /swap-indexes":
		f.enqueue(w, call, "indexSwap", "", map[string]any{"swaps": in}, func() string { return f.swap(body) })
	case "POST /multi-search":
		f.multiSearch(w, call, body)
	}
}

// on does something with an index when its task's turn comes.
func (f *fakeServer) on(uid string, do func(*fakeIndex)) func() string {
	return func() string {
		if f.indexes[uid] == nil {
			return "index_not_found"
		}
		do(f.indexes[uid])
		return ""
	}
}

// enqueue takes a task and answers with its summary.
func (f *fakeServer) enqueue(w http.ResponseWriter, call, kind, index string, details any, do func() string) {
	task := &fakeTask{uid: len(f.tasks), kind: kind, index: index, status: "enqueued", details: details, do: do}
	f.tasks = append(f.tasks, task)
	f.reply(w, call, map[string]any{"taskUid": task.uid, "indexUid": orNull(index), "status": "enqueued", "type": kind, "enqueuedAt": fakeTime})
}

const fakeTime = "2026-01-01T00:00:00.123456789Z"

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// work does the tasks up to a number, in their order.
func (f *fakeServer) work(last int) {
	for f.done <= last && f.done < len(f.tasks) {
		task := f.tasks[f.done]
		f.done++ // what before asks for is done before this one
		if f.before != nil {
			f.mu.Unlock()
			f.before(task)
			f.mu.Lock()
		}
		task.status = "succeeded"
		if f.failTask != nil {
			if status, code := f.failTask(task.kind); status != "" {
				task.status, task.code = status, code
				continue
			}
		}
		if task.code = task.do(); task.code != "" {
			task.status = "failed"
		}
	}
}

func (f *fakeServer) poll(w http.ResponseWriter, call, arg string) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 || n >= len(f.tasks) {
		f.problem(w, 404, "task_not_found", "")
		return
	}
	task := f.tasks[n]
	if task.polled++; task.polled > f.polls {
		f.work(n)
	} else if task.polled > 1 && task.status == "enqueued" {
		task.status = "processing"
	}
	f.reply(w, call, task.view())
}

func (task *fakeTask) view() map[string]any {
	view := map[string]any{"uid": task.uid, "indexUid": orNull(task.index), "status": task.status, "type": task.kind, "enqueuedAt": fakeTime, "error": nil, "details": task.details, "canceledBy": nil, "batchUid": nil, "duration": nil}
	switch task.status {
	case "canceled":
		view["canceledBy"] = 7
	case "failed":
		view["error"] = map[string]any{"message": "fake: privatewords", "code": task.code, "type": "invalid_request", "link": ""}
	}
	return view
}

func (f *fakeServer) pending(r *http.Request) map[string]any {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil {
		f.t.Errorf("limit of tasks %q", q.Get("limit"))
	}
	results := []any{}
	for _, task := range slices.Backward(f.tasks) {
		if slices.Contains(strings.Split(q.Get("statuses"), ","), task.status) && slices.Contains(strings.Split(q.Get("types"), ","), task.kind) {
			results = append(results, task.view())
		}
	}
	total := len(results)
	return map[string]any{"results": results[:min(limit, total)], "total": total, "limit": limit, "from": nil, "next": nil}
}

func (f *fakeServer) stats() map[string]any {
	indexes := map[string]any{}
	for uid, x := range f.indexes {
		indexes[uid] = map[string]any{"numberOfDocuments": len(x.docs), "indexSize": 8192, "usedIndexSize": 4096, "rawDocumentDbSize": 4096,
			"avgDocumentSize": 10, "isIndexing": false, "fieldDistribution": map[string]int{"key": len(x.docs)}}
	}
	return map[string]any{"databaseSize": 100_000, "usedDatabaseSize": 50_000, "lastUpdate": nil, "indexes": indexes}
}

func (f *fakeServer) swap(body []byte) string {
	var swaps []struct {
		Indexes []string `json:"indexes"`
		Rename  bool     `json:"rename"`
	}
	if err := json.Unmarshal(body, &swaps); err != nil {
		f.t.Errorf("swap-indexes %s: %v", body, err)
	}
	seen := map[string]bool{}
	for _, s := range swaps {
		if len(s.Indexes) != 2 || seen[s.Indexes[0]] || seen[s.Indexes[1]] {
			f.t.Errorf("swap-indexes %s: two different indexes each", body)
			return "invalid_swap_duplicate_index_found"
		}
		seen[s.Indexes[0]], seen[s.Indexes[1]] = true, true
		a, b := f.indexes[s.Indexes[0]], f.indexes[s.Indexes[1]]
		switch {
		case a == nil || b == nil && !s.Rename:
			return "index_not_found"
		case b != nil && s.Rename:
			return "index_already_exists"
		}
	}
	for _, s := range swaps {
		f.indexes[s.Indexes[0]], f.indexes[s.Indexes[1]] = f.indexes[s.Indexes[1]], f.indexes[s.Indexes[0]]
		if s.Rename {
			delete(f.indexes, s.Indexes[0])
		}
	}
	return ""
}

func (f *fakeServer) problem(w http.ResponseWriter, status int, code, message string) {
	if !slices.Contains(publishedEnums["code"], code) {
		f.t.Errorf("the fake answers with the code %q, which is not in the table of the published API", code)
	}
	kind := "invalid_request"
	if status == http.StatusForbidden || status == http.StatusUnauthorized {
		kind = "auth"
	}
	f.write(w, status, "Error", map[string]any{"message": message, "code": code, "type": kind, "link": "https://docs.meilisearch.com/errors#" + code})
}

func (f *fakeServer) reply(w http.ResponseWriter, call string, v any) {
	f.write(w, publishedCalls[call].status, publishedCalls[call].answer, v)
}

// write sends an answer that is what the published API says.
func (f *fakeServer) write(w http.ResponseWriter, status int, shape string, v any) {
	body, err := json.Marshal(v)
	if f.answers++; err == nil && (f.answers < 200 || f.answers%20 == 0) { // what answers look like does not change
		_, err = checkJSON(shape, body)
	}
	if err != nil {
		f.t.Errorf("the fake's own answer: %v", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// asked lists the requests since the last call that begin with a text.
func (f *fakeServer) asked(begin string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []string
	for _, r := range f.requests {
		if strings.HasPrefix(r, begin) {
			found = append(found, r)
		}
	}
	f.requests = nil
	return found
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
