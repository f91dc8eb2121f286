package stapsdttest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

func TestWait(t *testing.T) {
	p := provider(t, "wait")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	r := stapsdttest.Record(t, p).Keep(func(e stapsdttest.Event) bool { return e.Args[0] != 2 })
	if got := r.Wait(0); len(got) != 0 {
		t.Errorf("waited for nothing, got %v", got)
	}
	goOn := make(chan struct{})
	go func() {
		for i := range 5 {
			<-goOn
			probe.Fire(i)
		}
	}()
	var want []stapsdttest.Event
	for i := range 5 {
		goOn <- struct{}{}
		if i != 2 {
			want = append(want, stapsdttest.Fired(probe, i))
		}
		if diff := cmp.Diff(want, r.Wait(len(want))); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	}
	probe.Fire(5)
	r.Want(append(want, stapsdttest.Fired(probe, 5))...)
}

func TestWaitFails(t *testing.T) {
	p := provider(t, "waitfails")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	for _, test := range []struct {
		fires, wait int
		want        string
	}{
		{0, 1, "stapsdttest: waited for 1 event, got 0 before the deadline of the test:\n"},
		{1, 2, "stapsdttest: waited for 2 events, got 1 before the deadline of the test:\n" +
			"  waitfails:p n=0\n"},
		{22, 23, "stapsdttest: waited for 23 events, got 22 before the deadline of the test:\n" +
			"  … 2 before\n  waitfails:p n=2\n  waitfails:p n=3\n  waitfails:p n=4\n" +
			"  waitfails:p n=5\n  waitfails:p n=6\n  waitfails:p n=7\n  waitfails:p n=8\n" +
			"  waitfails:p n=9\n  waitfails:p n=10\n  waitfails:p n=11\n  waitfails:p n=12\n" +
			"  waitfails:p n=13\n  waitfails:p n=14\n  waitfails:p n=15\n  waitfails:p n=16\n" +
			"  waitfails:p n=17\n  waitfails:p n=18\n  waitfails:p n=19\n  waitfails:p n=20\n" +
			"  waitfails:p n=21\n"},
	} {
		f := fakeTB{deadline: time.Now().Add(20 * time.Millisecond)}
		got := f.run(func(f *fakeTB) {
			r := stapsdttest.Record(f, p)
			for i := range test.fires {
				probe.Fire(i)
			}
			r.Wait(test.wait)
			f.Errorf("the test goes on")
		})
		if diff := cmp.Diff(test.want, got); diff != "" || !f.fatal {
			t.Errorf("fatal %t (-want +got):\n%s", f.fatal, diff)
		}
	}
}

// TestWaitLeavesTime fails before the deadline, so that its message is seen.
func TestWaitLeavesTime(t *testing.T) {
	p := provider(t, "waitleavestime")
	f := fakeTB{deadline: time.Now().Add(time.Hour)}
	var left time.Duration
	f.run(func(f *fakeTB) {
		ctx, cancel := stapsdttest.Patience(f)
		defer cancel()
		deadline, ok := ctx.Deadline()
		if !ok {
			t.Error("no deadline")
		}
		left = f.deadline.Sub(deadline)
	})
	if left < 2*time.Minute || left > 4*time.Minute {
		t.Errorf("%v of an hour are left for messages, want 3 minutes", left)
	}
	// Without a deadline, Wait waits.
	probe := stapsdt.MustProbe0(p, "p")
	var none fakeTB
	if failure := none.run(func(f *fakeTB) {
		r := stapsdttest.Record(f, p)
		go probe.Fire()
		r.Wait(1)
	}); failure != "" {
		t.Error(failure)
	}
}
