package runtimeprobe

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

// read returns the values of metrics that are numbers. One that this release of Go lacks is 0.
func read(names ...string) []uint64 {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	metrics.Read(samples)
	values := make([]uint64, len(names))
	for i, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			values[i] = s.Value.Uint64()
		}
	}
	return values
}

func fireMemory() {
	m := read("/memory/classes/total:bytes", "/memory/classes/heap/released:bytes",
		"/gc/gomemlimit:bytes", "/memory/classes/heap/objects:bytes",
		"/memory/classes/heap/stacks:bytes")
	limit := m[2]
	if limit == math.MaxInt64 {
		limit = 0
	}
	memory.Fire(m[0]-m[1], limit, m[3], m[4])
}

func (s *sampler) fireScheduler() {
	m := read("/sched/goroutines:goroutines", "/sched/threads/total:threads",
		"/sched/gomaxprocs:threads")
	if m[1] == 0 { // before Go 1.26
		created, _ := runtime.ThreadCreateProfile(nil)
		m[1] = uint64(max(created, 0))
	}
	before := s.latencies
	s.latencies = readLatencies()
	if before.counts == nil {
		return // nothing is known of an interval
	}
	half, most := s.latencies.since(before)
	scheduler.Fire(m[0], m[1], m[2], half, most)
}

// latencies are those of the scheduler since the start of the process: how many there were in each
// bucket, and the limits of buckets, in seconds, of which there is one more.
type latencies struct {
	counts []uint64
	limits []float64
}

func readLatencies() latencies {
	sample := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return latencies{}
	}
	h := sample[0].Value.Float64Histogram()
	return latencies{h.Counts, h.Buckets}
}

// since returns within which time half and 99 % of the goroutines were running that became runnable
// after before was read; 0 if there were none.
func (l latencies) since(before latencies) (half, most time.Duration) {
	if len(l.counts) != len(before.counts) {
		return 0, 0
	}
	counts := make([]uint64, len(l.counts))
	total := uint64(0)
	for i := range counts {
		counts[i] = l.counts[i] - before.counts[i]
		total += counts[i]
	}
	return l.within(counts, total-total/2), l.within(counts, total-total/100)
}

// within returns an upper limit of the lowest latencies, of which there are so many.
func (l latencies) within(counts []uint64, enough uint64) time.Duration {
	if enough == 0 {
		return 0
	}
	sum := uint64(0)
	for i, n := range counts {
		if sum += n; sum < enough {
			continue
		}
		limit := l.limits[i+1]
		if math.IsInf(limit, 1) {
			limit = l.limits[i] // the last bucket has no upper one
		}
		return time.Duration(limit * float64(time.Second))
	}
	return 0
}
