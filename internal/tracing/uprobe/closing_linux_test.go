package uprobe

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// A gate is a link whose Close waits until enough others are being closed.
type gate struct {
	inside, most, passed atomic.Int64
	open                 chan struct{}
}

func (g *gate) Close() error {
	n := g.inside.Add(1)
	if n == int64(cap(closing)) && g.most.CompareAndSwap(0, n) {
		for range 1000 { // others that may come have time to
			runtime.Gosched()
		}
		close(g.open)
	}
	<-g.open
	if n > int64(cap(closing)) {
		g.most.Store(n)
	}
	g.inside.Add(-1)
	g.passed.Add(1)
	return nil
}

// TestClosing: all sessions together close a bounded number of links at once, and close all.
func TestClosing(t *testing.T) {
	const sessions = 3
	g := gate{open: make(chan struct{})}
	links := make([]siteLink, 2*cap(closing))
	for i := range links {
		links[i].Closer = &g
	}
	var ended sync.WaitGroup
	for range sessions {
		ended.Go(func() {
			if err := new(session).closeLinks(links); err != nil {
				t.Error(err)
			}
		})
	}
	ended.Wait()
	if most := g.most.Load(); most != int64(cap(closing)) {
		t.Errorf("%d links were closed at once", most)
	}
	if n := g.passed.Load(); n != int64(sessions*len(links)) {
		t.Errorf("%d links are closed", n)
	}
}
