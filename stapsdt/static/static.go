// Package static brings slots for probes into the text of a program. Import it in package main, if
// the program's probes are to be seen in its file before it runs:
//
//	import _ "github.com/go-usdt/usdt/stapsdt/static"
//
// and after each build write the notes of the declared probes into the file:
//
//	go build -o app ./cmd/app && go tool usdt embed app
//
// Every tracer then finds the probes in the file, attaches to all processes of it, also to those
// that start later, and needs nothing of a live process. [stapsdt.Provider.Load] enters the slots
// of the probes that the file has, and publishes nothing for them. All others are published in an
// image, as without this package: probes that are declared with names known at run time only, more
// than 367 of them, and all if nothing was embedded.
//
// The package is for linux/amd64 and linux/arm64, and adds some 20 KiB there. Elsewhere, and in
// builds with an installed libstapsdt, it does nothing.
package static
