package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ask sends a request to the service that --server names. An answer that is not 2xx is
// an error with the service's own words.
func (c *call) ask(ctx context.Context, method, path string) (*http.Response, error) {
	if c.str("token") == "" {
		return nil, &usageError{why: "--server needs a token as well: --token TOKEN", hint: "Make one with `afterimage token create` where the service runs."}
	}
	server := strings.TrimSuffix(c.str("server"), "/")
	request, err := http.NewRequestWithContext(ctx, method, server+path, nil)
	if err != nil {
		return nil, usagef("--server: %v", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.str("token"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the service: %w", err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	defer answer.Body.Close()
	return nil, fmt.Errorf("the service at %s refuses: %s", server, problem(answer))
}

// problem says in words what an answer that is not 2xx means (RFC 9457).
func problem(answer *http.Response) string {
	var p struct{ Title, Detail string }
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil || json.Unmarshal(text, &p) != nil || p.Title == "" {
		return answer.Status
	}
	if p.Detail == "" {
		return fmt.Sprintf("%s (%d)", p.Title, answer.StatusCode)
	}
	return fmt.Sprintf("%s (%d): %s", p.Title, answer.StatusCode, p.Detail)
}
