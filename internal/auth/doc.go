// Package auth decides who may use what: it makes projects and their keys, and checks passwords, one-time links,
// signed-in browsers and API tokens against what internal/account keeps. It knows
// nothing of HTTP. Secrets leave it once, when they are made; only hashes are kept.
package auth
