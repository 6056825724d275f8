package s3

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Within these times an object store that works has answered; a request that takes
// longer is given up, so that nobody waits on a store that hangs.
const (
	connectTimeout = 5 * time.Second
	answerTimeout  = 30 * time.Second // from the request's last byte to the answer's first
	stallTimeout   = 30 * time.Second // without any byte, either way
	idleTimeout    = 5 * time.Second  // of a connection kept for the next request; versitygw gives them up after 10 s
)

// connectionsIdleMax: as many requests run at the same time in a busy process.
const connectionsIdleMax = 64

func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return stallConn{conn}, nil
		},
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: answerTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConns:          connectionsIdleMax,
		MaxIdleConnsPerHost:   connectionsIdleMax,
		// A range of a compressed object would be a range of something else.
		DisableCompression: true,
	}
}

// stallConn fails a read or write that makes no progress for stallTimeout. A limit for
// whole requests would have to fit the largest object and the slowest line.
type stallConn struct{ net.Conn }

func (c stallConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(stallTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c stallConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(stallTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
