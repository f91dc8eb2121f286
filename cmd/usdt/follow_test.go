//go:build linux

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// An image is gone when the process that published it has ended, and all that it has forked. A
// library is not, even if it was deleted.
func TestOwners(t *testing.T) {
	const publisher, child, other = 10, 11, 20
	image := process.Object{PID: publisher, Name: "/memfd:libstapsdt:shop", Deleted: true}
	image.Dev, image.Inode = 1, 5
	named := process.Object{PID: publisher, Name: "/tmp/stapsdt-0/1-2-10-3-0-shop.so"}
	named.Dev, named.Inode = 2, 5
	library := process.Object{PID: publisher, Name: "/usr/lib/libc.so.6", Deleted: true}
	library.Dev, library.Inode = 3, 5
	ofProcess := func(pid int, o process.Object) uprobe.Site {
		return uprobe.Site{PID: pid, Dev: o.Dev, Inode: o.Inode}
	}

	o := make(owners)
	o.add([]process.Object{image, named, library})
	o.fork(publisher, child)
	o.fork(other, other+1)
	if !o.has(child) || o.has(other+1) {
		t.Errorf("the owners are %v", o)
	}
	isGone := o.end([]int{publisher})
	if isGone(ofProcess(0, image)) || isGone(ofProcess(child, image)) {
		t.Error("the image of a child is gone")
	}
	if !isGone(ofProcess(publisher, library)) {
		t.Error("the site of a process that has ended is not gone")
	}
	isGone = o.end([]int{child})
	for _, of := range []process.Object{image, named} {
		if !isGone(ofProcess(0, of)) {
			t.Errorf("%s is not gone", of.Name)
		}
	}
	if isGone(ofProcess(0, library)) || len(o) > 0 {
		t.Errorf("the library is gone; the owners are %v", o)
	}
}

// A file is known for a while, and there are not very many.
func TestKnownFiles(t *testing.T) {
	known, now := make(knownFiles), time.Now()
	known[watch.FileID{Inode: 1}] = now
	if !known.has(watch.FileID{Inode: 1}, now) || known.has(watch.FileID{Inode: 2}, now) {
		t.Error("another file is known")
	}
	if known.has(watch.FileID{Inode: 1}, now.Add(followInterval)) {
		t.Error("a file is known for ever")
	}
	for inode := range uint64(1 << 14) {
		file := watch.FileID{Inode: inode, Generation: 1}
		known.has(file, now)
		known[file] = now
	}
	if len(known) > 1<<13 {
		t.Errorf("%d files are known", len(known))
	}
}

// Processes that come one after the other are told of one by one, others together.
func TestNotices(t *testing.T) {
	var stderr bytes.Buffer
	n := notices{stderr: &stderr}
	n.flush()
	n.attached(1, "one", 2)
	n.flush()
	n.attached(2, "two", 1)
	n.attached(3, "three", 1)
	n.attached(4, "four", 1)
	n.flush() // too early
	n.end()
	n.end()
	want := strings.Join([]string{
		"usdt: tracing 2 probes in process 1 (one), too",
		"usdt: tracing 1 probe in process 2 (two), too, and probes in 2 more processes", "",
	}, "\n")
	if got := stderr.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
