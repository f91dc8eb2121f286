package uprobe_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// jobs are two probes that make a pair, as the tests fire and as tracers see them.
type jobs struct {
	start, end *stapsdt.Probe1[uint64]
	probes     []uprobe.Probe
}

func newJobs(t *testing.T) *jobs {
	j := new(jobs)
	p := provider(t, func(p *stapsdt.Provider) {
		j.start = stapsdt.MustProbe1[uint64](p, "job_start")
		j.end = stapsdt.MustProbe1[uint64](p, "job_end")
	})
	j.probes = find(t, p, "job_start", "job_end")
	return j
}

// pair measures until the test ends.
func (j *jobs) pair(t *testing.T, key uprobe.Argument, o uprobe.Options) *uprobe.Latency {
	t.Helper()
	options := uprobe.PairOptions{Options: o, Key: key}
	l, err := uprobe.Pair(j.probes[:1], j.probes[1:], options)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, l)
	return l
}

// measured returns a reading and how many pairs it has.
func measured(t *testing.T, l *uprobe.Latency) (r uprobe.LatencyReading, pairs uint64) {
	t.Helper()
	r, err := l.Read()
	if err != nil {
		t.Fatal(err)
	}
	pairs = r.Histogram.Total()
	r.Histogram, r.Room = nil, 0
	return r, pairs
}

// TestStartsFallOut starts more jobs than there is room for. The oldest make room, the newest stay,
// and each is counted. All start on one processor, because the last ones of each other would stay.
func TestStartsFallOut(t *testing.T) {
	j := newJobs(t)
	const forgotten, complete, late = 70_000, 2_000, 1_000
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		stayOnCPU(t)
		l := j.pair(t, uprobe.Numbered(0), o)
		for id := range uint64(forgotten) {
			j.start.Fire(id)
		}
		for id := range uint64(complete) {
			j.start.Fire(forgotten + id)
			j.end.Fire(forgotten + id)
		}
		r, pairs := measured(t, l)
		if pairs != complete || r.Open+r.FellOut != forgotten {
			t.Errorf("%d pairs, %+v", pairs, r)
		}
		// Less than half of the room is kept free: 128 places for each of 256 processors.
		if r.Open < 32_000 || r.Open > 1<<16 {
			t.Errorf("%d are open", r.Open)
		}
		open, fellOut := r.Open, r.FellOut
		for id := range uint64(late) {
			j.end.Fire(id)
			j.end.Fire(forgotten - 1 - id)
		}
		r, pairs = measured(t, l)
		want := uprobe.LatencyReading{Open: open - late, FellOut: fellOut, EndsAlone: late}
		if diff := cmp.Diff(want, r); diff != "" || pairs != complete+late {
			t.Errorf("%d pairs (-want +got)\n%s", pairs, diff)
		}
	})
}

// TestHiddenStarts: the end of a start that the filter hides is no end without a start, and a
// hidden start is the end of the wait of the one before it.
func TestHiddenStarts(t *testing.T) {
	j := newJobs(t)
	e, err := filter.Parse("arg0 < 100")
	if err != nil {
		t.Fatal(err)
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.Filter = e
		l := j.pair(t, uprobe.Numbered(0), o)
		for id := range uint64(150) {
			j.start.Fire(id)
			j.end.Fire(id)
		}
		j.end.Fire(7)
		j.start.Fire(8)
		j.start.Fire(108)
		j.start.Fire(108)
		r, pairs := measured(t, l)
		want := uprobe.LatencyReading{Open: 1, EndsAlone: 1, Hidden: 50}
		if diff := cmp.Diff(want, r); diff != "" || pairs != 100 {
			t.Errorf("%d pairs (-want +got)\n%s", pairs, diff)
		}
		// By thread, hidden and other starts have one key.
		l = j.pair(t, uprobe.Thread, o)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for _, id := range []uint64{1, 101, 102, 2} {
			j.start.Fire(id)
		}
		j.end.Fire(2)
		j.start.Fire(103)
		j.end.Fire(103)
		r, pairs = measured(t, l)
		want = uprobe.LatencyReading{StartsAgain: 1, Hidden: 1}
		if diff := cmp.Diff(want, r); diff != "" || pairs != 1 {
			t.Errorf("by thread: %d pairs (-want +got)\n%s", pairs, diff)
		}
	})
}

// TestPairByThread has two threads that start before either ends.
func TestPairByThread(t *testing.T) {
	j := newJobs(t)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		l := j.pair(t, uprobe.Thread, o)
		const rounds = 100
		for range rounds {
			started, ended := make(chan bool), make(chan bool)
			go func() {
				runtime.LockOSThread() // for good, so that the thread ends, and is not the test's
				j.start.Fire(1)
				started <- true
				<-started
				j.end.Fire(2)
				ended <- true
			}()
			func() {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				<-started
				j.start.Fire(3)
				j.end.Fire(4)
				j.end.Fire(5)
			}()
			started <- true
			<-ended
		}
		r, pairs := measured(t, l)
		want := uprobe.LatencyReading{EndsAlone: rounds}
		if diff := cmp.Diff(want, r); diff != "" || pairs != 2*rounds {
			t.Errorf("%d pairs (-want +got)\n%s", pairs, diff)
		}
	})
}

// TestPairByGoroutine has goroutines whose pairs overlap, on threads that they share.
func TestPairByGoroutine(t *testing.T) {
	var start, end *stapsdt.Probe0
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe0(p, "job_start")
		end = stapsdt.MustProbe0(p, "job_end")
	})
	probes := find(t, p, "job_start", "job_end")
	var err error
	for i := range probes {
		site := &probes[i].Sites[0]
		if site.GoroutineID, err = new(process.Reader).GoroutineID(os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		l, err := uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{
			Options: o, Key: uprobe.Goroutine,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, l)
		const goroutines, rounds = 50, 20
		for range rounds {
			var started, ended sync.WaitGroup
			started.Add(goroutines)
			for range goroutines {
				ended.Go(func() {
					start.Fire()
					started.Done()
					started.Wait()
					end.Fire()
				})
			}
			ended.Wait()
		}
		end.Fire()
		r, err := l.Read()
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Histogram.Total(); n != goroutines*rounds || r.EndsAlone != 1 || r.StartsAgain != 0 {
			t.Errorf("%d pairs, %+v", n, r)
		}
	})
	probes[1].Sites[0].GoroutineID = 0
	_, err = uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{Key: uprobe.Goroutine})
	if !errors.Is(err, uprobe.ErrArgument) {
		t.Errorf("a site whose goroutines are not known: %v", err)
	}
}

// TestLatencyGroups compares the groups with what the test itself counts: by an argument of the
// start and by one of the end, texts and integers.
func TestLatencyGroups(t *testing.T) {
	var start *stapsdt.Probe3[uint64, string, int8]
	var end *stapsdt.Probe3[int16, uint64, string]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe3[uint64, string, int8](p, "job_start")
		end = stapsdt.MustProbe3[int16, uint64, string](p, "job_end")
	})
	probes := find(t, p, "job_start", "job_end")
	probes[0].Sites[0].Signature = &keyAt0
	probes[1].Sites[0].Signature = &keyAt1
	long := strings.Repeat("long", 70)
	methods, results := []string{"GET", "", long}, []string{"ok", "no"}
	method, tries := uprobe.By{Argument: uprobe.Numbered(1), Text: true}, uprobe.By{
		Argument: uprobe.Numbered(2),
	}
	status := uprobe.By{Argument: uprobe.Numbered(0), OfEnd: true}
	result := uprobe.By{Argument: uprobe.Numbered(2), Text: true, OfEnd: true}
	methodOf := func(id uint64) string {
		return []string{`"GET"`, `""`, strconv.Quote(long[:uprobe.MaxKeyText]) + "…"}[id%3]
	}
	triesOf := func(id uint64) string { return strconv.Itoa(int(int8(id))) }
	resultOf := func(id uint64) string { return strconv.Quote(results[id%2]) }
	statusOf := func(id uint64) string { return strconv.Itoa(int(int16(3 - id))) }
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for _, test := range []struct {
			name string
			by   []uprobe.By
			of   func(id uint64) string
		}{
			{"text of the start", []uprobe.By{method}, methodOf},
			{"integer of the start", []uprobe.By{tries}, triesOf},
			{"text of the end", []uprobe.By{result}, resultOf},
			{"integer of the end", []uprobe.By{status}, statusOf},
			{"all", []uprobe.By{status, method, result, tries}, func(id uint64) string {
				return strings.Join([]string{statusOf(id), methodOf(id), resultOf(id), triesOf(id)}, " ")
			}},
		} {
			options := uprobe.PairOptions{Options: o, By: test.by, Key: uprobe.Argument{Name: "id"}}
			l, err := uprobe.Pair(probes[:1], probes[1:], options)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			closing(t, l)
			want := make(map[string]uint64)
			for id := range uint64(300) {
				start.Fire(id, methods[id%3], int8(id))
			}
			for id := range uint64(200) {
				end.Fire(int16(3-id), id, results[id%2])
				want[test.of(id)]++
			}
			r, err := l.Read()
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[string]uint64)
			for _, g := range r.Groups {
				got[valuesOf(test.by, g.Key)] += g.Histogram.Total()
			}
			if diff := cmp.Diff(want, got); diff != "" || len(r.Groups) != len(want) {
				t.Errorf("%s: %d groups (-want +got)\n%s", test.name, len(r.Groups), diff)
			}
			if n := r.Histogram.Total(); n != 200 || r.Open != 100 ||
				r.FellOut+r.Lost+r.Unreadable+r.Unplaced != 0 {
				t.Errorf("%s: %d pairs, %+v", test.name, n, r)
			}
		}
	})
}

// The signatures of two probes whose key is in another place of each.
var (
	keyAt0 = signature.New("enginetest", "job_start", "", signature.Param{Name: "id"},
		signature.Param{Name: "method"}, signature.Param{Name: "tries"})
	keyAt1 = signature.New("enginetest", "job_end", "", signature.Param{Name: "status"},
		signature.Param{Name: "id"}, signature.Param{Name: "result"})
)
