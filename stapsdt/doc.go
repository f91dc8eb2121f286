// Package stapsdt declares USDT probes at run time and fires them. Any tracer that reads stapsdt
// notes, such as bpftrace, perf and gdb, can attach to the live program and read the arguments.
// While no tracer is attached, a probe costs less than a nanosecond.
//
// # Terms
//
// A provider is a named set of probes. A probe is a named place in the program with typed
// arguments. Tracers know it as PROVIDER:PROBE.
//
// Load writes an image, a small ELF file. For each probe it has a site, which is a nop instruction
// followed by a return, and a note, which tells tracers where the site is and how to read the
// arguments. The image is published in a memory-backed file (memfd) or, with [WithBacking], in a
// named file. It is mapped executable, and Fire calls the site.
//
// When a tracer attaches, the kernel replaces the nop by a breakpoint or a call. gdb has its
// breakpoint on another nop, before the site, so that gdb and other tracers can come and go in any
// order.
//
// # Declaring and firing
//
// Declare probes in global variables with [MustProvider] and with [MustProbe0] to [MustProbe6],
// call [Provider.Load] at the start of main, and fire anywhere:
//
//	var (
//		shop       = stapsdt.MustProvider("shop")
//		orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")
//	)
//
//	orderStart.Fire(id, customer)
//
// A program that imports libraries with providers of their own loads them all by [Load]: see
// "Libraries and programs" below.
//
// Typed probes take every integer, bool, float and string type, []byte, and named types of these.
// [Provider.AddProbe] makes probes whose types are known at run time only.
//
// The names of the arguments, here id and customer, are optional, and so is a sentence about the
// probe:
//
//	var orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start",
//		"id", "customer").Describe("A customer places an order.")
//
// Names, Go types such as time.Duration or main.Status, and the sentence are in the image, in the
// kernel's own format for types (BTF, section .BTF). The command usdt shows values by them, and
// bpftool btf dump file prints them. Probes without names still have their types there.
//
// [ArgType] says what a tracer sees of each type. Strings are copied for the duration of the call,
// and a NUL is added. Of a []byte the address and the length are passed. Floats are passed as their
// bits, because no tracer reads floating-point registers.
//
// # Libraries and programs
//
// A library declares a provider and its probes in global variables, and fires. It neither loads nor
// unloads them: it may be one of several in a program, and the program decides whether they are
// published.
//
// A program need not know the providers of its libraries. Its main calls one of these:
//
//   - [Load] loads all providers and, from then on, what is declared later; [Unload] undoes that.
//     The error has a line for each provider that cannot be loaded; the program goes on.
//   - toggle.OnSignal, of package stapsdt/toggle, loads and unloads all when a signal comes.
//   - [Provider.Load], for one of them.
//
// [Close], deferred in main, closes all. [Providers] returns them.
//
// # Probes in the program's file
//
// A program that imports package stapsdt/static, and whose file was prepared by usdt embed after
// the build, has its probes in its own text. Tracers find them in the file, before it runs and in
// all its processes. Load enters these, and publishes an image for the others only. Package static
// says more.
//
// # Performance considerations
//
// While no tracer is attached, Fire and Enabled are inlined, cost one load and one compare, and do
// not allocate. Go computes the arguments of Fire before the call. If that is costly, ask Enabled
// first:
//
//	if orderEnd.Enabled() {
//		orderEnd.Fire(id, audit())
//	}
//
// While a tracer is attached, Fire marshals the arguments and calls the site in a few nanoseconds,
// without cgo or locks. A string costs its copy, into a buffer that is used again. The kernel and
// the tracer then take some 400 ns or more. A CPU profile of the program cannot attribute that time
// to the caller of Fire: it counts the time for runtime._ExternalCode.
//
// A program that imports this package grows by some 370 KiB. At start-up only its own declarations
// run.
//
// # Tests
//
// Package stapsdttest records what probes fire, in unit tests on every platform, without root.
//
// # Listening
//
// The program itself can receive what its probes fire, without any right, on every platform, and
// whether or not they are loaded: see [Listen] and [Count]. Package stapsdttest does so in unit
// tests, and package stapsdthttp hands the events out over HTTP. A probe that somebody hears is
// enabled. STAPSDT_DISABLE does not keep anybody from listening.
//
// # Errors
//
// A probe never harms its program. The declaring functions refuse bad names and types with an
// [Error], and the Must forms panic with it. Load fails where probes cannot be loaded; the program
// can go on, and its probes stay disabled. The error matches [ErrUnsupported] if the platform or
// the build is the reason. The Fire of a typed probe cannot fail.
//
// docs/errors.md in this module lists all errors, with what to do about each.
//
// # Goroutines
//
// Everything here is safe for concurrent use. Fire and Enabled take no lock and need no
// coordination with Load, Unload and Close: these switch sites off before they remove them, and the
// address range where sites were stays valid for ever.
//
// # Environment
//
// These variables are the operator's, and override what the program chose. Load and, for
// STAPSDT_SITE, the first declaration of a probe read them. In a program with more rights than the
// user who started it, such as file capabilities, only STAPSDT_DISABLE has an effect. Package
// stapsdt/toggle has another variable, STAPSDT_TOGGLE, and stapsdt/stapsdthttp STAPSDT_LISTEN.
//
//   - STAPSDT_DISABLE=1 makes Load do nothing, and so does any value that [strconv.ParseBool] does
//     not take for false.
//   - STAPSDT_BACKING=memfd or file overrides [WithBacking]. With any other value Load fails.
//   - STAPSDT_DIR is tried before the directory of [WithDir] for named files.
//   - STAPSDT_SITE=nop, nop5 or nop10 overrides the choice of the instruction at the sites, for
//     diagnosis. See [Info]. With any other value each Load fails, until the program is started
//     without.
//
// # Platforms
//
// Probes work on linux/amd64 and linux/arm64. The oldest kernel that is tested is 5.10. Elsewhere
// Load returns an error that matches [ErrUnsupported], and only the program itself can listen.
package stapsdt
