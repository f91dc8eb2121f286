package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"github.com/go-usdt/usdt/export/otlp"
	"github.com/go-usdt/usdt/internal/export/front"
)

// An item is a kind of what is sent.
type item struct {
	name   string
	number int
	send   func(n int) error // sends so many and returns when all have been taken
}

const (
	many      = 200_000
	processes = 20
)

var items = []item{
	{"span", many, func(n int) error {
		return sendEach(n, front.OTLP{Traces: true}, func(s front.Sink, i int) { s.Span(span(i)) })
	}},
	{"log record", many, func(n int) error {
		return sendEach(n, front.OTLP{Logs: true}, func(s front.Sink, i int) { s.Record(record(i)) })
	}},
	{"series of a counter", 50_000, func(n int) error { return sendSeries(n, counter) }},
	{"series of a native histogram", 20_000, func(n int) error { return sendSeries(n, histogram) }},
}

var resources = func() (all []*front.Resource) {
	for i := range processes {
		all = append(all, &front.Resource{Attributes: []front.Attribute{
			{Key: "container.id", Value: fmt.Sprintf("%064x", i)},
			{Key: "host.name", Value: "node-17"},
			{Key: "process.executable.name", Value: "shop"},
			{Key: "process.pid", Value: int64(1000 + i)},
			{Key: "service.name", Value: "shop"},
		}})
	}
	return all
}()

func attributes(i int) []front.Attribute {
	return []front.Attribute{{Key: "customer", Value: fmt.Sprint("customer ", i%1000)},
		{Key: "id", Value: uint64(i)}}
}

func span(i int) front.Span {
	start := time.Now()
	return front.Span{Resource: resources[i%processes], Name: "order", Start: start,
		End:      start.Add(time.Duration(i) * time.Microsecond),
		TraceID:  fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()),
		ParentID: fmt.Sprintf("%016x", rand.Uint64()), Attributes: attributes(i)}
}

func record(i int) front.Record {
	return front.Record{Resource: resources[i%processes], Time: time.Now(),
		Event: "shop:login_failed", Body: fmt.Sprint("login of customer ", i%1000, " failed"),
		Severity: "WARN", Attributes: attributes(i)}
}

func setup(sends front.OTLP) front.Setup {
	return front.Setup{Version: "v1.0.0", OTLP: sends, Log: slog.New(slog.DiscardHandler),
		Collect: func(context.Context) ([]front.Family, error) { return nil, nil }}
}

// sendEach hands items over as fast as they are taken: none is lost.
func sendEach(n int, sends front.OTLP, one func(front.Sink, int)) error {
	const room, step = 2048, 256
	sink, err := otlp.Open(setup(sends))
	if err != nil {
		return err
	}
	for i := range n {
		for i%step == 0 && i-sent(sink) > room-step {
			time.Sleep(50 * time.Microsecond)
		}
		one(sink, i)
	}
	return closed(sink, n)
}

// sendSeries sends points once.
func sendSeries(n int, family func(int) front.Family) error {
	s := setup(front.OTLP{Metrics: true, Interval: time.Hour})
	f := family(n)
	s.Collect = func(context.Context) ([]front.Family, error) { return []front.Family{f}, nil }
	sink, err := otlp.Open(s)
	if err != nil {
		return err
	}
	return closed(sink, n+ownPoints)
}

const ownPoints = 3 // of the metrics about one signal

// closed closes a sink and checks that all was sent.
func closed(sink front.Sink, n int) error {
	if err := sink.Close(context.Background()); err != nil {
		return err
	}
	if got := sent(sink); got != n {
		return fmt.Errorf("%d of %d were sent", got, n)
	}
	return nil
}

// sent returns how many items of its one signal a sink has sent.
func sent(sink front.Sink) int {
	for _, f := range sink.(otlp.Reporter).Families() {
		if f.Name == "usdt_export_otlp_sent" {
			return int(f.Points[0].Value)
		}
	}
	return 0
}

func counter(n int) front.Family {
	f := front.Family{Name: "shop_orders", Kind: front.Counter, Labels: []string{"customer", "pod"}}
	for i := range n {
		f.Points = append(f.Points, front.Point{Resource: resources[i%processes],
			Labels: []string{fmt.Sprint("customer ", i), "shop-7f9c6b5d4-x2x7q"},
			Start:  time.Now(), Value: float64(rand.IntN(1e6))})
	}
	return f
}

func histogram(n int) front.Family {
	const buckets = 40
	f := counter(n)
	f.Kind, f.Unit = front.Histogram, "seconds"
	for i := range f.Points {
		native := &front.Native{Scale: 3, Bound: 1e-9, Positive: make(map[int32]uint64)}
		h := &front.HistogramValue{Native: native}
		for b := range int32(buckets) {
			native.Positive[b-80] = rand.Uint64N(1e4)
			h.Count += native.Positive[b-80]
		}
		h.Sum = float64(h.Count) / 1000
		f.Points[i].HistogramValue = h
	}
	return f
}

// measureWaiting fills large queues while there is no receiver.
func measureWaiting() error {
	const room = 100_000
	for _, name := range []string{"OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BLRP_MAX_QUEUE_SIZE"} {
		os.Setenv(name, fmt.Sprint(room))
	}
	os.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	fmt.Println("\n| what waits | memory |\n|---|---|")
	before := heap()
	sink, err := otlp.Open(setup(front.OTLP{Traces: true}))
	if err != nil {
		return err
	}
	for i := range room {
		sink.Span(span(i))
	}
	fmt.Printf("| span | %d bytes |\n", (heap()-before)/room)
	before = heap()
	other, err := otlp.Open(setup(front.OTLP{Logs: true}))
	if err != nil {
		return err
	}
	for i := range room {
		other.Record(record(i))
	}
	fmt.Printf("| log record | %d bytes |\n", (heap()-before)/room)
	runtime.KeepAlive(sink)
	runtime.KeepAlive(other)
	return nil
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
