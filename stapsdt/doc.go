// Package stapsdt declares USDT probes at run time and fires them. Any tracer that reads stapsdt
// notes (bpftrace, perf, gdb and others) can attach to the live program and read the
// arguments; nobody attached, a probe costs about a nanosecond.
//
// # Terms
//
// A provider is a named set of probes; a probe is a named place in the program with typed
// arguments. Tracers know it as PROVIDER:PROBE. Load writes an image, a small ELF file that has
// for each probe a site, which is a nop instruction and a return, and a note, which says where the
// site is and how to read the arguments. The image is published in a memory-backed file (memfd)
// or, with [WithBacking], in a named one; it is mapped executable, and Fire calls the site. A
// tracer that attaches lets the kernel replace the nop by a breakpoint. gdb has its breakpoint on
// another nop before the site, so that it and other tracers can come and go in any order.
//
// # Declaring and firing
//
// Declare probes in global variables with [MustProvider] and [MustProbe2] and its like, call
// [Provider.Load] at the start of main, and fire anywhere:
//
//	var (
//		shop       = stapsdt.MustProvider("shop")
//		orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start")
//	)
//
//	orderStart.Fire(id, customer)
//
// Typed probes take every integer, bool, float and string type, []byte, and named types of these.
// [Provider.AddProbe] makes probes whose types are known at run time only.
//
// What a tracer sees of each type is said at [ArgType]. Strings are copied, with a NUL behind
// them, for the duration of the call; of a []byte the address and length are passed. Floats are
// passed as their bits, because no tracer reads floating-point registers.
//
// # Performance considerations
//
// When no tracer is attached, Fire and Enabled are inlined and cost one load and one compare, and
// do not allocate. The arguments of Fire are computed first, as always in Go: when that is
// costly, ask Enabled before.
//
//	if orderEnd.Enabled() {
//		orderEnd.Fire(id, audit())
//	}
//
// When a tracer is attached, Fire marshals the arguments and calls the site, without cgo, lock or
// allocation, in a few nanoseconds; the kernel and the tracer then take some 400 ns or more. A
// string costs its copy. A CPU profile of the program cannot tell who called a traced site: it
// counts that time for runtime._ExternalCode.
//
// # Errors
//
// A probe never harms its program. The declaring functions refuse bad names and types with an
// [Error], and the Must forms panic with it. Load fails where probes cannot be had, with an error
// that matches [ErrUnsupported] when the platform or build is the reason; the program can go on,
// its probes stay disabled. Typed Fire cannot fail.
//
// # Goroutines
//
// Everything here is safe for concurrent use. Fire and Enabled take no lock and need no
// coordination with Load, Unload and Close: sites are switched off before they go, and the address
// range where they were stays valid for ever.
//
// # Environment
//
// Operators can set STAPSDT_DISABLE=1, which makes Load do nothing; STAPSDT_BACKING=memfd or file,
// which overrides [WithBacking]; STAPSDT_DIR, the directory of named files where the program has
// no [WithDir], else XDG_RUNTIME_DIR; and, for diagnosis, STAPSDT_SITE, which overrides the
// instruction chosen for the probe sites, see [Info].
//
// # Platforms
//
// Probes work on linux/amd64 and linux/arm64; the oldest kernel tested is 5.10. Everywhere else the package
// compiles and Load returns an error.
package stapsdt
