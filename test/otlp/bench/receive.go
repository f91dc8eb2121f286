package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"

	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/go-usdt/usdt/test/otlp/receiver"
)

// receive is the other process: a receiver that takes everything, behind a listener that counts
// what comes. It writes a line when it is there, and for each line that it reads, the bytes so far.
func receive(protocol, address string) error {
	const behind = "127.91.19.2:4317"
	none := consumertest.NewNop()
	r, err := receiver.Start(context.Background(), receiver.Config{Protocol: protocol,
		Address: behind, Traces: none, Metrics: none, Logs: none})
	if err != nil {
		return err
	}
	defer r.Close()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	var bytes atomic.Int64
	go forward(listener, behind, &bytes)
	fmt.Println("there")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(bytes.Load())
	}
	return lines.Err()
}

// forward hands connections on, and counts what clients send.
func forward(listener net.Listener, to string, bytes *atomic.Int64) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			client.Close()
			return
		}
		go func() {
			_, _ = io.Copy(client, server)
			client.Close()
		}()
		go func() {
			_, _ = io.Copy(server, io.TeeReader(client, counting{bytes}))
			server.Close()
		}()
	}
}

type counting struct{ total *atomic.Int64 }

func (c counting) Write(p []byte) (int, error) {
	c.total.Add(int64(len(p)))
	return len(p), nil
}
