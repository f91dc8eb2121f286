// Package rights says which rights tracing takes, and how to get them. What is said elsewhere, in
// messages, findings, help texts and docs/usdt.md, comes from here or is held to it by a test.
//
// The package is empty on systems other than Linux.
package rights
