package fts

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"modernc.org/sqlite"

	"github.com/afterimage/afterimage/search"
)

// The functions that SQL calls for what it cannot say itself. They ask the reference
// evaluator's own helpers, so that there is one meaning.
func init() {
	register("afterimage_value", 2, func(args []string) bool {
		return search.MatchValue(search.Value{Text: args[0]}, args[1])
	})
	register("afterimage_url", 2, func(args []string) bool {
		texts := decodeTexts(args[1])
		for _, text := range texts[:min(len(texts), search.MaxTextsPerField)] {
			if text != "" && search.MatchURL(search.Value{Text: args[0]}, search.ClipText(text)) {
				return true
			}
		}
		return false
	})
	register("afterimage_within", 3, func(args []string) bool {
		from, _ := strconv.ParseInt(args[1], 10, 64)
		to, _ := strconv.ParseInt(args[2], 10, 64)
		for _, s := range strings.Split(args[0], ",") {
			if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= from && n <= to {
				return true
			}
		}
		return false
	})
}

func register(name string, n int32, test func(args []string) bool) {
	sqlite.MustRegisterDeterministicScalarFunction(name, n,
		func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			texts := make([]string, len(args))
			for i, a := range args {
				switch a := a.(type) {
				case string:
					texts[i] = a
				case []byte:
					texts[i] = string(a)
				case int64:
					texts[i] = strconv.FormatInt(a, 10)
				case nil:
				default:
					return nil, fmt.Errorf("%s: argument %d has type %T", name, i+1, a)
				}
			}
			if test(texts) {
				return int64(1), nil
			}
			return int64(0), nil
		})
}
