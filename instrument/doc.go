// Package instrument has no code. It is the home of packages that give a Go program probes in one
// line each:
//
//   - slogprobe: the records of log/slog, those of suppressed levels, too;
//   - httpprobe: the requests of HTTP servers and clients;
//   - sqlprobe: connections, statements, rows and transactions of database/sql;
//   - spanprobe: the parts of an operation, by contexts;
//   - funcprobe: the calls of a function;
//   - runtimeprobe: garbage collections, memory, the scheduler, how the program was built;
//   - grpcprobe, a module of its own: the calls of gRPC servers and clients;
//   - otelprobe, a module of its own: the spans of OpenTelemetry.
//
// They import the standard library and package stapsdt only; what needs other packages is a module
// of its own. Importing one declares its probes, and starts nothing.
//
// [stapsdt.Load] puts them where tracers find them, with all others of the program. While nobody
// traces, they allocate nothing and read no clock. docs/naming.md has the conventions that their
// probes follow, and docs/instrument.md lists the probes.
//
// [stapsdt.Load]: https://pkg.go.dev/github.com/go-usdt/usdt/stapsdt#Load
package instrument
