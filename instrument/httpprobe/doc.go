// Package httpprobe shows the HTTP requests of a program to tracers: those that its handlers serve,
// and those that its clients send.
//
//	http.ListenAndServe(":8080", httpprobe.Handler(mux))
//	client := &http.Client{Transport: httpprobe.Transport(nil)}
//
//	$ usdt latency -p 3583 http_server:request --by path
//	$ usdt trace -p 3583 http_server:request_end --where 'status >= 500'
//	$ usdt latency -p 3583 http_client:tls
//
// # Requests that are served
//
// The probes of the provider http_server are
//
//   - request_start: id, method, path, remote (the client, HOST:PORT) and trace_id, which is that
//     of the request's header traceparent, or "" if it has no valid one;
//   - request_end: id, status, bytes (written, of the body), route (the pattern of the
//     [http.ServeMux], or "") and duration;
//   - panic: id, value and stack of a panic in the handler, which then goes on as it would without
//     this package. The stack is one line, who panics first. The request_end follows it.
//
// Id is a number that no other request of the process has. A status of 0 says that the handler took
// over the connection, or that it panicked or ended its goroutine before it had sent a status. The
// route is known if the handlers between this one and the mux hand on the same [http.Request].
//
// What a handler finds out about its [http.ResponseWriter] stays true: it has [http.Flusher],
// [http.Hijacker], [io.ReaderFrom], [http.Pusher] and [http.CloseNotifier] if the server's has
// them, and [http.ResponseController] finds the rest. If the writer that a handler outside of this
// one passes on is no Hijacker, a ResponseController may find that of the server and take over the
// connection unseen: the status is then 200.
//
// # Requests that are sent
//
// The probes of the provider http_client are
//
//   - request_start: id, method, host (with the port, if the URL has it), path and trace_id;
//   - request_end: id, status, bytes (read, of the body), error and duration. It is fired when the
//     body has been read or closed, or when there is no response: then the status is 0;
//   - connection: id, address of the server, reused, and idle, how long it had been idle before;
//   - first_byte: id and duration, from the start of the request to the first byte of the response;
//   - dns_start and dns_end, connect_start and connect_end, tls_start and tls_end: id, which is
//     that of the phase, and request, the id of the request that caused it; and what its name says.
//
// A connection that a request has caused may in the end serve another. Each request that follows a
// redirect has a pair of its own.
//
// # Performance considerations
//
// A request is traced if one of the provider's probes is when it comes. Otherwise it costs a
// comparison for each probe of requests and an indirect call; nothing is allocated, no clock is
// read, and the handler gets the server's own [http.ResponseWriter]. Phases are observed only if
// one of their probes, connection and first_byte included, is traced when the request begins.
package httpprobe
