// Package room lets a program live on without new memory and mappings.
package room

import (
	"runtime"
	"runtime/debug"
	"time"
)

// Make has the Go runtime take in advance what it may need: if it gets no memory, thread or
// descriptor, it ends the program, whatever the library does. From then on one goroutine runs at a
// time, because each processor of the runtime takes memory of its own, and no garbage is collected,
// except by runtime.GC.
func Make() {
	runtime.GOMAXPROCS(1)
	memory := make([][]byte, 4000)
	for i := range memory {
		memory[i] = make([]byte, 8<<10)
	}
	runtime.KeepAlive(memory)
	memory = nil
	debug.SetGCPercent(-1)
	runtime.GC()
	growThreads()
	time.Sleep(time.Nanosecond) // starts the runtime's poller, which has descriptors
}

// growThreads makes threads that wait for work from then on.
func growThreads() {
	const threads = 10
	var locked, done [threads]chan bool
	for i := range threads {
		locked[i], done[i] = make(chan bool), make(chan bool)
		go func() {
			runtime.LockOSThread()
			locked[i] <- true
			<-locked[i]
			runtime.UnlockOSThread()
			close(done[i])
		}()
		<-locked[i]
	}
	for i := range threads {
		close(locked[i])
		<-done[i]
	}
}
