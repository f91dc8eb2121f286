//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// makeRoom has the Go runtime take in advance what it may need: if it gets no memory, thread or
// descriptor, it ends the program, whatever the library does. No garbage is collected from now on,
// except by the command rest.
func makeRoom() {
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

// limit sets a soft limit.
func limit(argument string) error {
	var resource int
	var value int64
	if _, err := fmt.Sscan(argument, &resource, &value); err != nil {
		return err
	}
	var l syscall.Rlimit
	if err := syscall.Getrlimit(resource, &l); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	l.Cur = min(uint64(value), l.Max)
	return os.NewSyscallError("setrlimit", syscall.Setrlimit(resource, &l))
}
