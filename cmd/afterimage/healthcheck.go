package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthTimeout is below the interval at which containers are usually asked.
const healthTimeout = 5 * time.Second

var healthcheckCommand = &command{
	name: "healthcheck", group: groupService, most: 0,
	summary: "Ask a running service whether it is ready; for containers",
	detail:  "Exits with 0 if the service and its stores answer, and with 1 otherwise.",
	options: []option{{
		flag: "addr", arg: "HOST:PORT", env: "AFTERIMAGE_ADDR", def: "127.0.0.1:8080", check: isAddress,
		help: "where the service listens",
	}},
	run: runHealthcheck,
}

func runHealthcheck(ctx context.Context, c *call) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	address := reachable(c.str("addr"))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return usagef("--addr: %v", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", problem(answer))
	}
	return nil
}

// reachable is where to reach what listens on an address: this machine, if on all.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
