// Package stapsdttest tests what a program's probes fire, in unit tests: without root, without a
// kernel that has tracers, on every platform, and whether or not the probes are loaded.
//
//	func TestOrder(t *testing.T) {
//		r := stapsdttest.Record(t, shop) // a provider, or a probe
//		placeOrder("Ada", 3)
//		r.Want(
//			stapsdttest.Fired(orderStart, 1, "Ada"),
//			stapsdttest.Fired(orderEnd, 1, stapsdttest.Any), // how long it took
//		)
//	}
//
// A failure shows the events as usdt trace does:
//
//	shop_test.go:17: want 2 events, got 2 (-want +got):
//		  shop:order_start id=1 customer="Ada"
//		- shop:order_end id=1 took=_
//		+ shop:order_end id=2 took=1.5s
//
// While a [Recorder] records, its probes are enabled, so code behind Enabled is tested, too. An
// [Event] is plain data: compare [Recorder.Events] with package reflect or go-cmp, and select or
// sort the slice, as the test wants.
//
// # Other goroutines
//
// When code fires in goroutines that the test does not wait for, [Recorder.Wait] does. The events
// of one goroutine are in the order in which it fired them. Goroutines that run at the same time
// have no order; sort their events before the comparison: see the example of [Diff].
//
// In a bubble of testing/synctest, call synctest.Wait before Want or Events. Wait does not work
// there, because the deadline of the test is not known.
//
// # Parallel tests
//
// A probe is usually global, and a Recorder records what all goroutines fire, also those of
// parallel tests: nothing says to which test a goroutine belongs. A test that is not parallel is
// safe, if the tests before it have ended their goroutines. In parallel tests there are two ways:
//
//   - Something tells the events of the test apart, such as a customer that no other test has: see
//     [Recorder.Keep].
//   - The code under test has a provider of its own, as an http.Server has an ErrorLog: the test
//     makes one with [stapsdt.NewProvider], and closes it in the end. Providers of the same name
//     are recorded apart, but what is lost of one counts for all; so give each its own name.
package stapsdttest
