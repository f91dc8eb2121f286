// Pool is a pool of workers. A job is queued by one goroutine, done by a second, and stored by a
// third; the probes of all three have its number, by which a tracer puts together what belongs to
// one job.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	pool = stapsdt.MustProvider("pool")

	// The key comes first, and has the same name everywhere.
	queueStart = stapsdt.MustProbe1[uint64](pool, "queue_start", "job").
			Describe("A job is put into the queue.")
	queueEnd = stapsdt.MustProbe2[uint64, int](pool, "queue_end", "job", "worker").
			Describe("A worker has taken the job from the queue.")
	jobStart = stapsdt.MustProbe2[uint64, string](pool, "job_start", "job", "kind").
			Describe("A job exists from now on.")
	jobEnd = stapsdt.MustProbe2[uint64, uint64](pool, "job_end", "job", "result").
		Describe("The result of the job is stored.")
)

const workers = 3

// works has how long the work of each kind of job takes.
var works = map[string]time.Duration{"small": 2 * time.Millisecond, "large": 20 * time.Millisecond}

type job struct {
	id     uint64
	kind   string
	result uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := pool.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer pool.Close()
	fmt.Println("process", os.Getpid())

	queue, done := make(chan job, 100), make(chan job)
	go produce(ctx, queue)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() { work(worker, queue, done) })
	}
	go func() {
		all.Wait()
		close(done)
	}()
	store(done)
}

// produce queues jobs until the end of ctx.
func produce(ctx context.Context, queue chan<- job) {
	defer close(queue)
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for id := uint64(1); ; id++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		j := job{id: id, kind: "small"}
		if id%4 == 0 {
			j.kind = "large"
		}
		jobStart.Fire(j.id, j.kind)
		queueStart.Fire(j.id)
		queue <- j
	}
}

// work does jobs until the queue is closed and empty.
func work(worker int, queue <-chan job, done chan<- job) {
	for j := range queue {
		queueEnd.Fire(j.id, worker)
		time.Sleep(works[j.kind])
		j.result = 2 * j.id
		done <- j
	}
}

// store stores the results.
func store(done <-chan job) {
	for j := range done {
		fmt.Println("job", j.id, "has the result", j.result)
		jobEnd.Fire(j.id, j.result)
	}
}
