// Package stapsdthttp answers over HTTP what the probes of this program fire: to people with a
// page, and to programs such as usdt with JSON. It needs no right, no kernel that has tracers, and
// no Load, on every platform.
//
// To import it is enough for a program that serves [http.DefaultServeMux], as with net/http/pprof:
//
//	import _ "github.com/go-usdt/usdt/stapsdt/stapsdthttp"
//
// The page is then at /debug/usdt/. [Handler] is for other muxes and routers; it works below any
// path that ends with a slash. If the mux has a pattern such as "GET /", mount it twice, for GET
// and for POST. Programs that serve no HTTP can be asked at a Unix socket: see "Unix socket" below.
//
// Nothing listens to a probe unless a request asks for it. Then a fire takes some 50 ns, and never
// waits: of a client that reads slowly, the events wait in a buffer, and are lost when it is full.
// The client is told how many. When it goes away, or takes nothing for 60 s, or the server shuts
// down, all ends. There is one exception: a server with a BaseContext that gets its first request
// of this kind when it shuts down already does not end it early, and Shutdown waits for it.
//
// # Page
//
// The page lists the probes with what they say of themselves, whether they are loaded, where they
// are published, and who listens; buttons load and unload them. So far it needs no script. With
// script it counts all events for as long as it is seen, so probes are enabled meanwhile; and it
// shows, when asked to, a live histogram of an argument and the newest events. It needs nothing
// from elsewhere, and follows the browser's choice of light or dark.
//
// # Endpoints
//
// They are below the path of the handler. Parameters are those of the flags of the command usdt of
// the same names, unless something else is said here.
//
//	GET probes
//	    a JSON list of the probes of all providers: provider, probe, signature, args (name, type,
//	    and layout, the name of the stapsdt.ArgType), description, loaded, path, traced (by a
//	    tracer), heard (by anybody in the program), heard_by (how many of these)
//	GET trace?probe=PATTERN&where=FILTER&limit=N&format=json|binary
//	    each event as a line of JSON, as usdt trace --json writes it, but without tid, because a
//	    goroutine has no thread of its own. A line {"lost":N} says how many events are lost so
//	    far, and comes after 15 s without events, too; the last line says how many came:
//	    {"events":N,"lost":N,"end":"why"}. Without a last line, the stream broke off. binary is
//	    for usdt
//	GET count?probe=PATTERN&where=FILTER&by=ARG,ARG&stats=ARG,ARG
//	GET hist?probe=PATTERN&arg=ARG&by=ARG,ARG&where=FILTER&linear=LO,HI,STEP
//	GET latency?start=PROVIDER:PROBE&end=PROVIDER:PROBE&key=ARG&by=ARG,ARG&where=FILTER
//	    a line of JSON at the end, as these commands write it with --json; before it, an empty line
//	    for every 15 s without one. stats asks for the stats and total_stats of integers, that is
//	    for all that --sum, --avg, --min and --max show
//	POST load?provider=NAME, unload?provider=NAME
//	    loads or unloads the providers of that name, or with NAME all those that there are and will
//	    be, as [stapsdt.Load] and [stapsdt.Unload] do; the answer is a JSON list of provider, loaded,
//	    path and error
//
// probe can be given several times. A filter is evaluated here, so little is sent; lost events are
// those before the filter. A string or []byte can be compared with a string whatever bytes it has.
// A probe that is declared later than the request is heard, too, if a pattern matches it; if it
// lacks the arguments of the filter, its events do not satisfy it.
//
// Further parameters of the four: seconds is how long the answer takes ([DefaultSeconds], at most
// [MaxSeconds]); interval, in seconds, asks for a reading as often, not only at the end; buffer is
// the size in bytes of the memory for events that are not sent yet (1 MiB); text is how many bytes
// are kept of each string and []byte (4 KiB, at most [stapsdt.MaxText]). The header of the answer
// comes when the program listens: what is fired after it is not missed.
//
// The status is 400 if something is wrong with the query, or a GET has a body, 403 if the request
// is not allowed, 405 with another method, and 429 when too many requests listen: [MaxListeners] at
// the same time, with [MaxBuffer] of buffers. The text says what to do.
//
// # Security
//
// Whoever can send a request to the handler reads the arguments of all probes, of all libraries in
// the program, and the names of its files of probes; he takes time of the program; and he loads and
// unloads probes. Mount it where only those come who may do that, as with net/http/pprof: at a
// loopback address, a Unix socket, or behind authentication. Do not pass secrets to probes.
//
// Browsers are kept from helping others. What another site makes a browser ask is refused, but for
// the page itself: by Sec-Fetch-Site, and by Origin, as [http.CrossOriginProtection] does for POST.
// So it is even where a program allows all sites to read its answers (CORS). Where browsers do not
// send Sec-Fetch-Site, with plain HTTP at an address that is not a loopback one, they get events,
// counts, histograms and latencies only by the page, whose script sends the header Stapsdt-Page;
// programs that call themselves Mozilla have to send it, too. At a loopback address and at a Unix
// socket, which a proxy may have at one, the name in the request must be localhost, an address, or
// one of [Config].Hosts; otherwise the owner of a name in the DNS could have it lead to 127.0.0.1,
// and his page would read the answers (DNS rebinding). At other addresses any name will do: a
// container cannot know that "docker run -p 127.0.0.1:6060:6060" leads a loopback address to it.
// There, put a proxy in between that checks the name, or have the program listen at a Unix socket
// in a volume. Whatever a probe fired is data: each answer has a Content-Security-Policy without
// scripts, or with those of this package only on the page, may not be sniffed, and may not be
// stored.
//
// # Unix socket
//
// If the environment has STAPSDT_LISTEN=unix:/run/shop.sock when a program with this package
// starts, the program serves there, with all paths below the root. The socket's file has mode 0600;
// on Linux the program also asks the kernel who has connected, and answers only root and its own
// user. On Windows a mode means nothing: there, the directory has to keep others out. A socket that
// a dead program of that user has left is replaced; if something else is there, or the socket
// cannot be made, the program logs why and goes on. The variable has no effect in a program with
// more rights than the user who started it. The file stays when the program ends.
package stapsdthttp
