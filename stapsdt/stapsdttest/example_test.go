package stapsdttest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// The program that is tested.
var (
	shop       = stapsdt.MustProvider("shop")
	orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")
	orderEnd   = stapsdt.MustProbe3[uint64, time.Duration, string](shop, "order_end",
		"id", "took", "articles")
)

func placeOrder(id uint64, customer string, articles ...string) {
	start := time.Now()
	orderStart.Fire(id, customer)
	if orderEnd.Enabled() { // because to join the articles is costly
		orderEnd.Fire(id, time.Since(start), strings.Join(articles, ","))
	}
}

// t stands for the *testing.T of a test function.
var t printer

// printer is a test that prints its failures.
type printer struct{}

func (printer) Helper()                           {}
func (printer) Cleanup(func())                    {} // the end of the program cleans up
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// A test says what it wants as the code fires it. The second Want fails.
func Example() {
	r := stapsdttest.Record(t, shop)
	placeOrder(1, "Ada", "cup", "teapot")
	r.Want(
		stapsdttest.Fired(orderStart, 1, "Ada"),
		stapsdttest.Fired(orderEnd, 1, stapsdttest.Any, "cup,teapot"),
	)

	r = stapsdttest.Record(t, orderStart) // only this probe
	placeOrder(2, "Ada")
	placeOrder(3, "Grace")
	r.Want(
		stapsdttest.Fired(orderStart, 2, "Ada"),
		stapsdttest.Fired(orderStart, 3, "Zoë"),
	)
	// Output:
	// want 2 events, got 2 (-want +got):
	//   shop:order_start id=2 customer="Ada"
	// - shop:order_start id=3 customer="Zoë"
	// + shop:order_start id=3 customer="Grace"
}

// Events are plain data. The types of arguments are those of the declaration.
func ExampleRecorder_Events() {
	r := stapsdttest.Record(t, orderStart)
	placeOrder(1, "Ada")
	want := []stapsdttest.Event{
		{Probe: "shop:order_start", Args: []any{uint64(1), "Ada"}},
	}
	fmt.Print(cmp.Diff(want, r.Events()))
	// Output:
}

// A test waits for code that fires in goroutines of its own.
func ExampleRecorder_Wait() {
	r := stapsdttest.Record(t, orderStart)
	go placeOrder(1, "Ada")
	for _, e := range r.Wait(1) {
		fmt.Println(e)
	}
	// Output: shop:order_start id=1 customer="Ada"
}

// Tests that run in parallel give their customers different names.
func ExampleRecorder_Keep() {
	const ours = "Ada, TestOrder"
	r := stapsdttest.Record(t, orderStart).Keep(func(e stapsdttest.Event) bool {
		return e.Args[1] == ours
	})
	placeOrder(1, "Grace, of another test")
	placeOrder(2, ours)
	r.Want(stapsdttest.Fired(orderStart, 2, ours))
	// Output:
}

// The events of goroutines that run at the same time are in any order. Their ids have one.
func ExampleDiff() {
	r := stapsdttest.Record(t, orderStart)
	var orders sync.WaitGroup
	for i := range uint64(3) {
		orders.Go(func() { placeOrder(i, "Ada") })
	}
	orders.Wait()
	got := r.Events()
	slices.SortFunc(got, func(a, b stapsdttest.Event) int {
		return strings.Compare(a.String(), b.String())
	})
	fmt.Print(stapsdttest.Diff([]stapsdttest.Event{
		stapsdttest.Fired(orderStart, 0, "Ada"),
		stapsdttest.Fired(orderStart, 1, "Ada"),
		stapsdttest.Fired(orderStart, 2, "Ada"),
	}, got))
	// Output:
}

// Times are there for those who want them.
func ExampleRecorder_Raw() {
	r := stapsdttest.Record(t, shop)
	placeOrder(1, "Ada")
	events := r.Raw()
	fmt.Println(len(events), events[1].Time.Before(events[0].Time))
	// Output: 2 false
}
