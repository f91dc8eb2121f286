//go:build linux

package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
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
	n.last = time.Now().Add(time.Hour)
	n.flush() // too early
	n.end()
	n.end()
	n.since = time.Now().Add(time.Hour) // the interval is not over
	for range mostNotices + 5 {
		n.now("again")
	}
	n.since = time.Time{}
	n.flush()
	want := "usdt: tracing 2 probes in process 1 (one), too\n" +
		"usdt: tracing 1 probe in process 2 (two), too, and probes in 2 more processes\n" +
		strings.Repeat("usdt: again\n", mostNotices) +
		"usdt: 5 more messages were left out\n"
	if got := stderr.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A file that is seen in an overlay when it is traced already is known by another id from then on,
// and its sites are not traced once more.
func TestIdentifyInOverlay(t *testing.T) {
	below := process.Object{FileID: process.FileID{Dev: 8, Inode: 5, Size: 100}}
	merged := below
	merged.Dev, merged.Overlaid = 40, true
	v := newInventory(scope{all: true})
	site := siteID{file: v.identify([]process.Object{below})[0], offset: 16}
	v.objects = append(v.objects, below)
	v.seen[site] = true
	for _, o := range []process.Object{below, merged} {
		site.file = v.identify([]process.Object{o})[0]
		if !v.seen[site] || len(v.seen) != 1 {
			t.Errorf("the site is %+v in %+v, seen are %+v", site, o, v.seen)
		}
	}
}
