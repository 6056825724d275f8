package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	meilisearch "github.com/meilisearch/meilisearch-go"

	"github.com/afterimage/afterimage/search"
)

// statusOf gives the HTTP status of an error of the client, 0 where no answer came.
func statusOf(err error) int {
	var e *meilisearch.Error
	if errors.As(err, &e) {
		return answered(e)
	}
	var c *callError
	if errors.As(err, &c) {
		return c.status
	}
	return 0
}

// callError says what the server answered. The client's own error would hold the
// request and the response, and so what is in the recordings.
type callError struct {
	status int
	code   string
	cause  error
}

func (e *callError) Error() string {
	if e.status == 0 {
		return "Meilisearch cannot be reached; check its address and that it runs"
	}
	return fmt.Sprintf("Meilisearch answered %d %s", e.status, e.code)
}

func (e *callError) Unwrap() error { return e.cause }

// clean turns an error of the client into one that is fit for a log.
func clean(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *meilisearch.Error
	if !errors.As(err, &e) {
		return &callError{cause: search.ErrUnavailable}
	}
	c := &callError{status: answered(e), code: e.MeilisearchApiError.Code}
	if again(c.status) || c.status == http.StatusUnauthorized || c.status == http.StatusForbidden {
		c.cause = search.ErrUnavailable
	}
	return c
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
func again(status int) bool {
	switch status {
	case 0, http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retry makes a call until it succeeds, cannot, or has been tried often enough. Every call
// but swapping indexes may be made twice.
func (x *Index) retry(ctx context.Context, call func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := call()
		if err == nil {
			return nil
		}
		if n == attempts || !again(statusOf(err)) || ctx.Err() != nil {
			return clean(ctx, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
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

func (x *Index) wait(ctx context.Context, info *meilisearch.TaskInfo) error {
	var task *meilisearch.Task
	if err := x.retry(ctx, func() (err error) {
		task, err = x.client.WaitForTaskWithContext(ctx, info.TaskUID, pollInterval)
		return err
	}); err != nil {
		return err
	}
	// The client gives no error for a task that failed.
	if task.Status != meilisearch.TaskStatusSucceeded {
		return &errTask{code: string(task.Status) + " " + task.Error.Code}
	}
	return nil
}
