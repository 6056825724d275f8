// Package httpapi is the service's face to the network: ingest for recorders, the
// API for people and programs, and the web app. It is the only package that knows
// Fiber. All routes stand in routes.go; each resource has its own file, whose handlers
// parse, validate, call the domain and respond. docs/openapi.yaml describes the API,
// and a test holds the two together.
//
// Three rules of Fiber and fasthttp are kept everywhere: the body is read raw (Fiber's
// Body inflates it without a limit), strings of the request are copies (the app is
// immutable), and nothing of a request is used after its handler has returned.
package httpapi
