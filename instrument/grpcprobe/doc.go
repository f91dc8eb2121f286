// Package grpcprobe shows the calls of gRPC servers and clients to tracers: it has handlers of
// statistics for google.golang.org/grpc, so nothing else need be changed.
//
//	grpc.NewServer(grpc.StatsHandler(grpcprobe.Server()))
//	grpc.NewClient(target, grpc.WithStatsHandler(grpcprobe.Client()))
//
//	$ usdt latency -p 3583 grpc_server:rpc --by method
//	$ usdt trace -p 3583 grpc_client:rpc_end --where 'status != 0'
//
// # The probes
//
// The providers are grpc_server and grpc_client. Both have
//
//   - rpc_start: id, method (/package.service/method), on the server peer (HOST:PORT of the
//     client), and trace_id, which is that of traceparent in the metadata, or "" if it has no
//     valid one;
//   - rpc_end: id, method, peer, status (a [codes.Code]: 0 is OK, 1 is canceled), error (the
//     message of the status, "" for OK) and duration, by the times that gRPC has of the call;
//   - received and sent: id, method, number of the message in the call and in its direction, from 1
//     on, and bytes, before compression and without framing;
//   - traffic: id, method, received, received_bytes, sent and sent_bytes, the messages of the whole
//     call. It comes right before rpc_end.
//
// Id is a number that no other call of the process has. A call that the client tries again has
// another pair for each attempt, and one that never reached a server has the peer "". A stream that
// the client neither reads to its end nor cancels has no end, see [grpc.ClientConn.NewStream]. A
// call of a method that the server does not have is shown when it is answered, with the duration 0
// and the error "unknown method": gRPC does not report the message that the client gets.
//
// # Performance considerations
//
// A call is traced if one of the provider's probes is when it begins. Otherwise it costs five
// comparisons, and one for each event that gRPC reports: nothing is allocated, no clock is read,
// and the context stays as it is. That there is a handler at all has its price, too: for it, gRPC
// copies metadata, makes events, and reads the clock for each. A program that has such a handler,
// as that of OpenTelemetry is, pays only once.
package grpcprobe
