// Package funcprobe shows tracers the calls of a function, or of a block: with what, for how long,
// and from where.
//
//	var shop = stapsdt.MustProvider("shop")
//	var place = funcprobe.Must[uint64](shop, "place", "order")
//
//	func placeOrder(id uint64) {
//		defer funcprobe.Time(place, id)()
//		...
//	}
//
//	$ usdt latency -p 3583 shop:place
//	$ usdt trace -p 3583 shop:place_start --where 'order == 12'
//	$ usdt count -p 3583 shop:place_stack --by stack
//
// # The probes
//
// A [Func] called NAME has three, in the provider that it is given. Their second argument is the
// key, under the name that the program chooses, here order:
//
//   - NAME_start: id, a number that no other call of the process has, and the key;
//   - NAME_end: id, the key and duration;
//   - NAME_stack: id, the key and stack, the functions that have led to the call, the innermost
//     first: "main.placeOrder:42 < main.serve:17 < main.main:9". The number is that of the line. It
//     is fired behind NAME_start, and rendered only while somebody traces it.
//
// The end is fired, too, when the function panics. A call is traced if one of the three is when it
// begins.
//
// # Performance considerations
//
// While nobody traces, Time and the function that it returns take less than 3 ns together, on the
// machine of the table in README.md, allocate nothing, and read no clock.
package funcprobe

import (
	"fmt"
	"time"

	"github.com/go-usdt/usdt/instrument/internal/callers"
	"github.com/go-usdt/usdt/instrument/internal/pair"
	"github.com/go-usdt/usdt/stapsdt"
)

// A Func has the probes of a function or a block, whose key is a K. Make it with [New] or [Must].
// It is safe for concurrent use.
type Func[K stapsdt.Arg] struct {
	start *stapsdt.Probe2[uint64, K]
	end   *stapsdt.Probe3[uint64, K, time.Duration]
	stack *stapsdt.Probe3[uint64, K, string]
}

// New adds the probes NAME_start, NAME_end and NAME_stack to the provider. The errors are those of
// [stapsdt.Provider.AddProbeParams]: the name of the key may be none of id, duration and stack.
func New[K stapsdt.Arg](provider *stapsdt.Provider, name, key string) (f *Func[K], err error) {
	if key == "duration" || key == "stack" { // before any of the probes is added
		return nil, &stapsdt.Error{Op: "add", Provider: provider.Name(), Probe: name,
			Err: fmt.Errorf("%w: the key cannot be called %s, as another argument is",
				stapsdt.ErrName, key)}
	}
	f = new(Func[K])
	f.start, err = stapsdt.NewProbe2[uint64, K](provider, name+"_start", "id", key)
	if err != nil {
		return nil, err
	}
	f.end, err = stapsdt.NewProbe3[uint64, K, time.Duration](provider, name+"_end",
		"id", key, "duration")
	if err != nil {
		return nil, err
	}
	f.stack, err = stapsdt.NewProbe3[uint64, K, string](provider, name+"_stack", "id", key, "stack")
	if err != nil {
		return nil, err
	}
	f.start.Describe("A call of " + name + " begins.")
	f.end.Describe("A call of " + name + " ends.")
	f.stack.Describe("A call of " + name + " begins, from there.")
	return f, nil
}

// Must is like [New] but panics on an error, for use in global variables.
func Must[K stapsdt.Arg](provider *stapsdt.Provider, name, key string) *Func[K] {
	f, err := New[K](provider, name, key)
	if err != nil {
		panic(err)
	}
	return f
}

// Enabled reports whether somebody traces the calls, for code that prepares the key.
func (f *Func[K]) Enabled() bool {
	return f.start.Enabled() || f.end.Enabled() || f.stack.Enabled()
}

// Time begins a call, and returns a function that ends it, which the caller defers or calls once:
//
//	defer funcprobe.Time(place, id)()
func Time[K stapsdt.Arg](f *Func[K], key K) (end func()) {
	if f.Enabled() {
		return f.begin(key)
	}
	return nothing
}

func nothing() {}

// begin is called by a function that the user's code calls: the stack begins there.
//
//go:noinline
func (f *Func[K]) begin(key K) func() {
	id := pair.NewKey()
	f.start.Fire(id, key)
	if f.stack.Enabled() {
		f.stack.Fire(id, key, callers.Text(2)) // not begin, nor who calls it
	}
	began := time.Now()
	return func() { f.end.Fire(id, key, time.Since(began)) }
}

// Wrap returns a function that does what call does, and is traced as f, with its argument as the
// key.
func Wrap[K stapsdt.Arg, R any](f *Func[K], call func(K) R) func(K) R {
	return func(key K) R {
		if f.Enabled() {
			defer f.begin(key)()
		}
		return call(key)
	}
}
