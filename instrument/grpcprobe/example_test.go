package grpcprobe_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/go-usdt/usdt/instrument/grpcprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A server and a client whose calls can be traced, as by
//
//	usdt latency -p PID grpc_server:rpc --by method
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.StatsHandler(grpcprobe.Server()))
	healthpb.RegisterHealthServer(server, health.NewServer())
	go server.Serve(listener)
	defer server.Stop()

	conn, err := grpc.NewClient(listener.Addr().String(),
		grpc.WithStatsHandler(grpcprobe.Client()),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	answer, err := healthpb.NewHealthClient(conn).Check(context.Background(),
		&healthpb.HealthCheckRequest{})
	fmt.Println(answer.GetStatus(), err)
	// Output: SERVING <nil>
}
