// Package instrument is the home of packages that give a Go program probes in one line each:
// package slogprobe those of its log, httpprobe those of its HTTP servers and clients, and so on.
//
// They import the standard library and package stapsdt only; what needs other packages, as
// otelprobe and grpcprobe do, is a module of its own. Importing one declares its probes, and starts
// nothing.
// [stapsdt.Load] puts them where tracers find them, with all others of the program. While nobody
// traces, they allocate nothing and read no clock. docs/naming.md has the conventions that their
// probes follow, and docs/instrument.md lists the probes.
//
// [stapsdt.Load]: https://pkg.go.dev/github.com/go-usdt/usdt/stapsdt#Load
package instrument
