package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// Error codes of Meilisearch that are no failure here.
const (
	codeNotFound  = "index_not_found"
	codeExists    = "index_already_exists"
	codeFilter    = "invalid_search_filter"
	codeSort      = "invalid_search_sort"
	codeFacets    = "invalid_search_facets"
	codeTooLarge  = "payload_too_large"
	codeDiskFull  = "no_space_left_on_device"
	codeForbidden = "invalid_api_key"
	codeNoKey     = "missing_authorization_header"
)

// remedies tell what to do about what an installation can get wrong.
var remedies = map[string]string{
	codeTooLarge:  "raise the server's http-payload-size-limit to 100 MB or more",
	codeDiskFull:  "give the server more disk, or keep sessions for a shorter time",
	codeForbidden: "the key must be allowed search, documents.*, indexes.*, settings.*, tasks.get and stats.get on our indexes",
	codeNoKey:     "set the server's key",

	"invalid_settings_filterable_attributes": tooOld,
	"invalid_swap_rename":                    tooOld,
	"bad_request":                            tooOld,
}

// tooOld is what is wrong where a server does not know a request.
const tooOld = "the server has to be Meilisearch 1.18 or later"

// callError says what the server answered, or that it did not. The client's own error would hold
// the request and the response, and so what is in the recordings.
type callError struct {
	status int    // of HTTP; 0 where no answer came
	task   string // how the task ended that the server had taken: failed or canceled
	code   string
	where  string // the server's address
	cause  error
}

func (e *callError) Error() string {
	text := ""
	switch {
	case e.task != "":
		text = fmt.Sprintf("Meilisearch at %s took a task, but it %s: %s", e.where, map[string]string{"failed": "failed", "canceled": "was canceled"}[e.task], e.code)
		if remedies[e.code] == "" {
			text += "; the server's log says more"
		}
	case e.status == 0:
		return fmt.Sprintf("Meilisearch at %s cannot be reached; check the address, and that it runs", e.where)
	default:
		text = fmt.Sprintf("Meilisearch at %s answered %d %s", e.where, e.status, e.code)
	}
	if remedy := remedies[e.code]; remedy != "" {
		text += "; " + remedy
	}
	return text
}

func (e *callError) Unwrap() error { return e.cause }

// isCode tells whether the server answered, or ended a task, with an error code.
func isCode(err error, codes ...string) bool {
	var e *callError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.code == code {
			return true
		}
	}
	return false
}

// clean turns an error of the client into one that is fit for a log.
func (x *Index) clean(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var c *callError
	if errors.As(err, &c) {
		return c
	}
	var e *meilisearch.Error
	if !errors.As(err, &e) {
		return &callError{where: x.where, cause: search.ErrUnavailable}
	}
	c = &callError{where: x.where, status: answered(e), code: codeForm(e.MeilisearchApiError.Code)}
	if again(c) || c.status == http.StatusUnauthorized || c.status == http.StatusForbidden {
		c.cause = search.ErrUnavailable
	}
	return c
}

// codeForm lets only what looks like a code of Meilisearch through: what answers may be no
// Meilisearch, and a body that is none may hold anything.
func codeForm(code string) string {
	if code == "" || len(code) > 100 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "without a reason"
	}
	return code
}

// answered gives the HTTP status of an error, 0 where no answer came: the status in the
// client's error then means nothing.
func answered(e *meilisearch.Error) int {
	if e.ErrCode == meilisearch.MeilisearchCommunicationError || e.ErrCode == meilisearch.MeilisearchTimeoutError {
		return 0
	}
	return e.StatusCode
}

// again tells whether the same request may succeed a little later.
func again(e *callError) bool {
	switch e.status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.status == 0 && e.task == ""
}

// retry makes a call until it succeeds, cannot, or has been tried often enough. Every call
// but swapping indexes may be made twice.
func (x *Index) retry(ctx context.Context, call func() error) error {
	pause := x.pause
	for n := 1; ; n++ {
		err := x.clean(ctx, call())
		var c *callError
		if err == nil || n == attempts || !errors.As(err, &c) || !again(c) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		pause *= 2
	}
}

// task makes a call that gives a task and waits until the server has done it.
func (x *Index) task(ctx context.Context, call func() (*meilisearch.TaskInfo, error)) error {
	var info *meilisearch.TaskInfo
	if err := x.retry(ctx, func() (err error) {
		info, err = call()
		return err
	}); err != nil {
		return err
	}
	return x.wait(ctx, info)
}

// wait asks for a task until it has ended: as long as the caller's context lets it, since a busy
// server can take hours. A task that did not succeed is an error with the server's code.
func (x *Index) wait(ctx context.Context, info *meilisearch.TaskInfo) error {
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		var task *meilisearch.Task
		if err := x.retry(ctx, func() (err error) {
			task, err = x.client.GetTaskWithContext(ctx, info.TaskUID)
			return err
		}); err != nil {
			return err
		}
		switch task.Status {
		case meilisearch.TaskStatusSucceeded:
			return nil
		case meilisearch.TaskStatusFailed, meilisearch.TaskStatusCanceled:
			return &callError{where: x.where, task: string(task.Status), code: codeForm(task.Error.Code)}
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// swap exchanges indexes, or renames them, all at once. Doing it twice would undo it, so that it is not
// tried again: whoever asked for it begins anew.
func (x *Index) swap(ctx context.Context, swaps ...*meilisearch.SwapIndexesParams) error {
	info, err := x.client.SwapIndexesWithContext(ctx, swaps)
	if err != nil {
		return x.clean(ctx, err)
	}
	// From here on it happens, whether or not anybody waits.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), swapWithin)
	defer stop()
	return x.wait(ctx, info)
}
