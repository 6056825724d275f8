package importer

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	e1 = `{"type":4,"data":{"href":"https://shop.example/","width":10,"height":20},"timestamp":1700000000000}`
	e2 = `{ "timestamp" : 1.700000000001e12 , "type":2, "data":{"node":{"id":1,"text":"결제 \u00e9 \ud83d\ude00 \\ \""}},"extra":[1,-2.5e+3,null,true,false] }`
	e3 = `{"type":5,"timestamp":1700000000002.75,"data":{"tag":"x","payload":{}}}`
)

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func zl(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func zs(s string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(s), nil))
}

// collect reads a text and returns "window|raw" of each event.
func collect(r io.Reader) ([]string, error) {
	var got []string
	err := Read(context.Background(), "f.json", r, func(e Event) error {
		got = append(got, e.Window+"|"+string(e.Raw))
		return nil
	})
	return got, err
}

func TestReadTakesEveryShapeVerbatim(t *testing.T) {
	plain := []string{"|" + e1, "|" + e2, "|" + e3}
	inWindows := []string{"w1|" + e1, "w2|" + e2, "w2|" + e3}
	tests := []struct {
		name, in string
		want     []string
	}{
		{"array", "[" + e1 + "," + e2 + " ,\n" + e3 + "]", plain},
		{"array with a byte order mark", "\ufeff[" + e1 + "," + e2 + "," + e3 + "]", plain},
		{"lines", e1 + "\n" + e2 + "\r\n" + e3, plain},
		{"gzip", gz("[" + e1 + "," + e2 + "," + e3 + "]"), plain},
		{"gzip twice", gz(gz(e1 + "\n" + e2 + "\n" + e3)), plain},
		{"gzip of two members", gz(e1+"\n"+e2) + gz(e3), plain},
		{"zstd", zs("[" + e1 + "," + e2 + "," + e3 + "]"), plain},
		{"zlib", zl("[" + e1 + "," + e2 + "," + e3 + "]"), plain},
		{"sentry as sent", `{"segment_id":0}` + "\n" + "[" + e1 + "," + e2 + "," + e3 + "]", plain},
		{"sentry as sent, packed", `{"segment_id":0}` + "\n" + zl("["+e1+","+e2+","+e3+"]"), plain},
		{"sentry as downloaded", "[[" + e1 + "],[" + e2 + "," + e3 + "],[]]", plain},
		{"an object with events", `{"meta":{"type":1,"timestamp":2},"events":[` + e1 + "," + e2 + "," + e3 + `],"more":[1]}`, plain},
		{"posthog lines of one event", `["w1",` + e1 + "]\n[\"w2\"," + e2 + "]\n[\"w2\"," + e3 + "]", inWindows},
		{
			"posthog lines of many events",
			`{"window_id":"w1","data":[` + e1 + "]}\n" + `{"data":[` + e2 + "," + e3 + `],"window_id":"w2"}`,
			inWindows,
		},
		{
			"posthog export of 2022",
			`{"version":"2022-12-02","data":{"person":null,"snapshotsByWindowId":{"w1":[` + e1 + `],"w2":[` + e2 + "," + e3 + `]}}}`,
			inWindows,
		},
		{
			"posthog export of 2023",
			`{"version":"2023-04-28","data":{"id":"x","person":{"id":1},"snapshots":[{"windowId":"\u0061","type":3,"data":{"snapshots":[{}]},"timestamp":7}]}}`,
			[]string{`a|{"windowId":"\u0061","type":3,"data":{"snapshots":[{}]},"timestamp":7}`},
		},
		{"keys with escapes", `[{"\u0074ype":3,"timestamp":0}]`, []string{`|{"\u0074ype":3,"timestamp":0}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":      strings.NewReader(tt.in),
				"byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
			} {
				got, err := collect(r)
				if err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("%s:\n got %q\nwant %q", how, got, tt.want)
				}
			}
		})
	}
}

func TestReadGivesTypeAndWholeMilliseconds(t *testing.T) {
	var got []string
	err := Read(context.Background(), "f", strings.NewReader("["+e1+","+e2+","+e3+"]"), func(e Event) error {
		got = append(got, fmt.Sprintf("%d@%d", e.Type, e.At))
		return nil
	})
	if want := "[4@1700000000000 2@1700000000001 5@1700000000002]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
}

func TestReadSaysWhereAndWhyAFileIsBroken(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"cut off in an event", `[{"type":4,`, `f.json: line 1, column 12: the file ends inside event 1`},
		{"cut off between events", "[" + e1 + ",", "f.json: line 1, column 102: the file ends before its list of events does, after event 1"},
		{"nothing", "", `f.json: it holds no events`},
		{"an empty list", " [ ] ", `f.json: it holds no events`},
		{"only a header", `{"segment_id":3}`, `f.json: it holds no events`},
		{"no type", "[" + e1 + ",\n  {\"timestamp\":1}]", `f.json: line 2, column 3: event 2 has no numeric type`},
		{"a type in quotes", `[{"type":"4","timestamp":1}]`, `f.json: line 1, column 2: event 1 has no numeric type`},
		{"no timestamp", `[{"type":4,"timestamp":null}]`, `f.json: line 1, column 2: event 1 has no numeric timestamp`},
		{"a timestamp before 1970", `[{"type":4,"timestamp":-1}]`, `f.json: line 1, column 2: event 1 has a timestamp that is not a date after 1970 in milliseconds`},
		{"half a type", `[{"type":4.5,"timestamp":1}]`, `f.json: line 1, column 2: event 1 has a type that is not a whole number from 0`},
		{"two types", `[{"type":4,"type":5,"timestamp":1}]`, `f.json: line 1, column 19: in event 1: it has two types`},
		{"a number", `[` + e3 + `, 7]`, `f.json: line 1, column 75: "7" where event 2 should stand`},
		{"not JSON at all", "<html>", `f.json: line 1, column 1: "<" where event 1 should stand`},
		{"a comma too many", "[" + e3 + ",]", `f.json: line 1, column 74: "]" where event 2 should stand`},
		{"bad UTF-8", "[{\"type\":4,\"timestamp\":1,\"data\":\"\xc3\x28\"}]", `f.json: line 1, column 35: in event 1: bytes that are not UTF-8 in a string`},
		{"a surrogate in UTF-8", "[{\"a\":\"\xed\xa0\x80\"}]", `f.json: line 1, column 11: in event 1: bytes that are not UTF-8 in a string`},
		{"a bare line feed", "[{\"a\":\"\n\"}]", `f.json: line 1, column 8: in event 1: a bare control character (0x0a) in a string`},
		{"an unknown escape", `[{"a":"\x"}]`, `f.json: line 1, column 10: in event 1: an escape that JSON does not have: \x`},
		{"a leading zero", `[{"type":04,"timestamp":1}]`, `f.json: line 1, column 12: in event 1: a number that JSON does not have`},
		{"a word", `[{"type":nul,"timestamp":1}]`, `f.json: line 1, column 14: in event 1: a word that is not "null"`},
		{"gzip cut off", gz(strings.Repeat(e1, 50))[:60], `f.json: line 1, column 1: the gzip data ends too early: the file is cut off`},
		{"too often packed", gz(gz(gz(e1))), `f.json: it is packed more than 2 times`},
		{"lists in lists", "[[[[" + e1 + "]]]]", `f.json: line 1, column 4: lists of events nest deeper than 3 levels`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := collect(strings.NewReader(tt.in))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got := err.Error(); got != tt.want && !(strings.HasPrefix(tt.name, "gzip cut") && strings.HasSuffix(got, "the file is cut off")) {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestReadBoundsDepthAndSize(t *testing.T) {
	deep := `[{"type":4,"timestamp":1,"data":` + strings.Repeat("[", depthMax+10) + strings.Repeat("]", depthMax+10) + "}]"
	if _, err := collect(strings.NewReader(deep)); err == nil || !strings.Contains(err.Error(), "deeper than") {
		t.Errorf("a value nested too deep: %v", err)
	}
	endless := io.MultiReader(strings.NewReader(`[{"data":"`), &letters{left: eventBytesMax + 1<<20}, strings.NewReader(`"}]`))
	if _, err := collect(endless); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("an endless event: %v", err)
	}
}

// letters is a reader of so many letters.
type letters struct{ left int }

func (l *letters) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), l.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	l.left -= n
	return n, nil
}

func TestReadReturnsTheSinksErrorAndTheContexts(t *testing.T) {
	stop := errors.New("stop")
	err := Read(context.Background(), "f", strings.NewReader("["+e1+"]"), func(Event) error { return stop })
	if !errors.Is(err, stop) || errors.As(err, new(*Error)) {
		t.Errorf("got %v, want the sink's error itself", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = Read(ctx, "f", strings.NewReader("["+e1+","+e2+"]"), func(Event) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// FuzzRead holds for any text: no panic, each event is valid JSON that stands in the
// file as it is, and a flat array is taken exactly when encoding/json takes it too.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"[" + e1 + "," + e2 + "]", e1 + "\n" + e3, `["w",` + e1 + "]", `{"window_id":"w","data":[` + e1 + "]}",
		`{"version":"1","data":{"snapshots":[` + e1 + "]}}", `{"segment_id":1}` + "\n[" + e1 + "]", `[{"type":4,`,
		`{"events":[` + e3 + `]}`, `{"data":{"snapshotsByWindowId":{"a":[` + e1 + `]}}}`, gz("[" + e1 + "]"), zl(e1), zs(e1),
		`{"segment_id":1}` + "\n" + zl("["+e1+"]"),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		packed := packingOf(newPeek(in)) != "" || bytes.Contains(in, []byte("segment_id"))
		n := 0
		err := Read(context.Background(), "f", bytes.NewReader(in), func(e Event) error {
			n++
			if !json.Valid(e.Raw) {
				t.Fatalf("event %d is not valid JSON: %q", n, e.Raw)
			}
			if !packed && !bytes.Contains(in, e.Raw) {
				t.Fatalf("event %d is not verbatim: %q", n, e.Raw)
			}
			return nil
		})
		if err == nil && n == 0 {
			t.Fatal("no error and no event")
		}
		var all []json.RawMessage
		if err == nil && !packed && json.Unmarshal(in, &all) != nil && bytes.HasPrefix(bytes.TrimSpace(in), []byte("[")) {
			if dec := json.NewDecoder(bytes.NewReader(in)); dec.Decode(&all) != nil {
				t.Fatalf("taken, though it is not JSON: %q", in)
			}
		}
	})
}
