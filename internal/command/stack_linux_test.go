//go:build linux && (amd64 || arm64)

package command

import (
	"os"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// The locator knows how many instructions it remembers, also when it asks for one again, and when
// another process has an id.
func TestLocatorSize(t *testing.T) {
	sel := withoutProbes(t, scope{})
	l, err := sel.newLocator()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	self := uint32(os.Getpid())                                     // #nosec G115 -- a process id
	stack := uprobe.UserStack{PID: self, Addresses: []uint64{1, 2}} // where nothing is mapped
	for range 3 {
		l.locate(stack)
		if l.size != 2 {
			t.Errorf("%d instructions, want 2", l.size)
		}
		for in := range l.spaces[self] { // as if a long time had passed
			l.spaces[self][in] = known{since: time.Unix(1, 0)}
		}
	}
	l.locate(uprobe.UserStack{PID: self, Addresses: []uint64{1, 2, 3}})
	if _, has := l.spaces[self][process.Instruction{Address: 3, IsReturn: true}]; !has || l.size != 3 {
		t.Errorf("%d instructions, want 3", l.size)
	}
	if l.remember(os.Getpid()); l.size != 0 {
		t.Errorf("%d instructions of another process", l.size)
	}
}
