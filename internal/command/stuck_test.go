//go:build linux && (amd64 || arm64)

package command

import (
	"io/fs"
	"testing"
	"testing/fstest"
	"time"
)

// The stack of a thread that waits in a program of --wait-for-pages, as Linux 6.18 shows it.
const stackInProbe = `[<0>] handle_userfault+0x366/0x840
[<0>] handle_mm_fault+0xd0/0x310
[<0>] asm_exc_page_fault+0x22/0x30
[<0>] bpf_copy_from_user+0x98/0x1b0
[<0>] bpf_prog_b9072c031004c665_usdt+0x78/0x185
[<0>] uprobe_prog_run+0x15f/0x420
[<0>] uprobe_multi_link_handler+0x1f/0x40
[<0>] handler_chain+0x87/0x680
[<0>] uprobe_notify_resume+0x1a2/0x460
`

// The stack of a thread that waits for the same page by itself.
const stackOutside = `[<0>] handle_userfault+0x366/0x840
[<0>] handle_mm_fault+0xd0/0x310
[<0>] asm_exc_page_fault+0x22/0x30
`

func TestFindStuck(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	proc := fstest.MapFS{
		"1/task/1/stack":    file(stackOutside),
		"1/task/1/stat":     file("1 (init) S 0"),
		"20/task/20/stack":  file(stackOutside),
		"20/task/20/stat":   file("20 (traced) S 1"),
		"20/task/21/stack":  file(stackInProbe),
		"20/task/21/stat":   file("21 (traced) R 1"),
		"300/task/301/stat": file("301 (no stack) S 1"),
		"self/task/9/stack": file(stackInProbe),
	}
	find := func(pid int, wait time.Duration) string {
		s, found := findStuck(proc, []int{pid}, time.Now().Add(wait))
		if !found {
			return ""
		}
		return s.String()
	}
	if got := find(20, time.Hour); got != "" {
		t.Errorf("found %q, although nobody sleeps in a probe", got)
	}
	proc["5/task/6/stack"] = file(stackInProbe)
	proc["5/task/6/stat"] = file("6 (a) b\x1b) S 1")
	const other = `thread 6 of process 5 ("a) b\x1b") waits for memory inside a probe`
	if got := find(20, time.Hour); got != other {
		t.Errorf("found %q, want %q", got, other)
	}
	proc["20/task/21/stat"] = file("21 (traced) D 1")
	const traced = "thread 21 of process 20 (traced) waits for memory inside a probe"
	if got := find(20, time.Hour); got != traced {
		t.Errorf("found %q, want %q", got, traced)
	}
	if got := find(20, -time.Hour); got != "" {
		t.Errorf("found %q after the deadline", got)
	}
}

// A waitingFS waits until it ends before it opens a stack.
type waitingFS struct {
	fstest.MapFS
	end chan struct{}
}

func (f waitingFS) Open(name string) (fs.File, error) {
	if name == "20/task/20/stack" {
		<-f.end
	}
	return f.MapFS.Open(name)
}

// A process that the kernel shows no stack of does not hold up the end of usdt.
func TestFindStuckEnds(t *testing.T) {
	proc := waitingFS{end: make(chan struct{})}
	defer close(proc.end)
	proc.MapFS = fstest.MapFS{"20/task/20/stack": &fstest.MapFile{Data: []byte(stackInProbe)}}
	if s, found := findStuck(proc, []int{20}, time.Now().Add(time.Millisecond)); found {
		t.Errorf("found %v", s)
	}
}
