// The program here measures what it costs to send by OTLP, and prints a table. The receiver is
// another process, so that its processor time is not among the exporter's.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const address = "127.91.19.1:4317" // leads back to this machine, too, and nobody else is there

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 {
		if err := receive(os.Args[1], address); err != nil {
			log.Fatal(err)
		}
		return
	}
	fmt.Printf("%d processors, load %s\n\n", runtime.NumCPU(), load())
	fmt.Println("| what | protocol | compression | a second | processor | on the wire |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, protocol := range []string{"grpc", "http/protobuf"} {
		if err := measureProtocol(protocol); err != nil {
			log.Fatal(err)
		}
	}
	if err := measureWaiting(); err != nil {
		log.Fatal(err)
	}
}

// measureProtocol measures all kinds of items, without compression and with.
func measureProtocol(protocol string) error {
	wire, err := startWire(protocol)
	if err != nil {
		return err
	}
	defer wire.close()
	os.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
	os.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	for _, compression := range []string{"none", "gzip"} {
		os.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
		for _, item := range items {
			if err := item.send(1); err != nil { // what is done once is done
				return err
			}
			bytes, used, begin := wire.bytes(), processor(), time.Now()
			if err := item.send(item.number); err != nil {
				return err
			}
			took, used := time.Since(begin), processor()-used
			n := float64(item.number)
			fmt.Printf("| %s | %s | %s | %.0f | %.2f µs | %.0f bytes |\n", item.name, protocol,
				compression, n/took.Seconds(), used.Seconds()*1e6/n, float64(wire.bytes()-bytes)/n)
		}
	}
	return nil
}

// A wire is the other process, which counts what comes.
type wire struct {
	process *exec.Cmd
	stdin   io.WriteCloser
	lines   *bufio.Scanner
}

func startWire(protocol string) (*wire, error) {
	w := &wire{process: exec.Command("/proc/self/exe", protocol)}
	w.process.Stderr = os.Stderr
	var err error
	if w.stdin, err = w.process.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := w.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.lines = bufio.NewScanner(stdout)
	if err := w.process.Start(); err != nil {
		return nil, err
	}
	if !w.lines.Scan() {
		return nil, fmt.Errorf("the receiver ends: %w", w.process.Wait())
	}
	return w, nil
}

// bytes returns what has come so far.
func (w *wire) bytes() (n int64) {
	fmt.Fprintln(w.stdin)
	if w.lines.Scan() {
		_, _ = fmt.Sscan(w.lines.Text(), &n)
	}
	return n
}

func (w *wire) close() {
	w.stdin.Close()
	_ = w.process.Wait()
}

// processor returns the time of processors that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
