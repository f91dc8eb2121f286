//go:build linux && (amd64 || arm64)

package faults

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	another = 12345 // a user
	noLimit = -1
)

var asAnother = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: another, Gid: another}}

func TestLimits(t *testing.T) {
	file := start{env: []string{"STAPSDT_BACKING=file"}}
	const large = "raise the limit, RLIMIT_FSIZE or ulimit -f"
	const descriptors = "out of file descriptors: raise the limit"
	fileSize := limit(unix.RLIMIT_FSIZE, 1000)
	noDescriptor := func(t *testing.T, p *program) { p.leaveDescriptors(t, 0) }
	moreDescriptors := limit(unix.RLIMIT_NOFILE, noLimit)
	meet(t,
		fault{name: "RLIMIT_FSIZE below the image, memfd", bring: fileSize,
			lift: limit(unix.RLIMIT_FSIZE, noLimit), want: want{errno: unix.EFBIG, text: large},
			wantC: want{errno: unix.EFBIG, text: "File too large"}},
		fault{name: "RLIMIT_FSIZE below the image, named file", start: file, bring: fileSize,
			lift: limit(unix.RLIMIT_FSIZE, noLimit), want: want{errno: unix.EFBIG, text: large},
			wantC: want{errno: unix.EFBIG, text: "File too large"}},
		fault{name: "RLIMIT_NOFILE leaves no descriptor, memfd", bring: noDescriptor,
			lift: moreDescriptors, want: want{errno: unix.EMFILE, text: descriptors},
			wantC: want{errno: unix.EMFILE, text: "Too many open files"}},
		fault{name: "RLIMIT_NOFILE leaves no descriptor, named file", start: file, bring: noDescriptor,
			lift: moreDescriptors, want: want{errno: unix.EMFILE, text: descriptors},
			wantC: want{errno: unix.EMFILE, text: "Too many open files"}},
		fault{name: "RLIMIT_AS is reached", bring: limitMemory, lift: limit(unix.RLIMIT_AS, noLimit),
			want:  want{errno: unix.ENOMEM, text: "raise its limit of memory, or vm.max_map_count"},
			wantC: want{text: "failed to map segment"}},
		fault{name: "RLIMIT_MEMLOCK is reached, after mlockall(MCL_FUTURE)",
			start: start{attr: asAnother}, bring: lockMemory, lift: limit(unix.RLIMIT_MEMLOCK, noLimit),
			want:  want{errno: unix.EAGAIN, text: "raise RLIMIT_MEMLOCK or ulimit -l"},
			wantC: want{text: "failed to map segment"}},
		fault{name: "RLIMIT_NPROC is reached", start: start{attr: asAnother},
			bring: limit(unix.RLIMIT_NPROC, 1), lift: limit(unix.RLIMIT_NPROC, noLimit)},
		fault{name: "vm.max_map_count is reached", bring: leaveMappings(0), withoutC: true,
			remedy: []string{"maps all"},
			want:   want{errno: unix.ENOMEM, text: "raise its limit of memory, or vm.max_map_count"}},
	)
}

// limit has the program limit itself.
func limit(resource, value int) act {
	return func(t *testing.T, p *program) {
		t.Helper()
		p.must(t, "limit %d %d", resource, value)
	}
}

// leaveDescriptors lets the program open n files more.
func (p *program) leaveDescriptors(t *testing.T, n int) {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID()))
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, e := range entries {
		used = append(used, e.Name())
	}
	number := 0
	for free := 0; ; number++ {
		if slices.Contains(used, strconv.Itoa(number)) {
			continue
		}
		if free == n {
			break
		}
		free++
	}
	limit(unix.RLIMIT_NOFILE, number)(t, p)
}

// limitMemory allows no more memory than the program has.
func limitMemory(t *testing.T, p *program) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.PID()))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	limit(unix.RLIMIT_AS, pages*os.Getpagesize())(t, p)
}

func lockMemory(t *testing.T, p *program) {
	t.Helper()
	p.must(t, "lock")
	limit(unix.RLIMIT_MEMLOCK, 0)(t, p)
}

func leaveMappings(n int) act {
	return func(t *testing.T, p *program) {
		t.Helper()
		text, err := os.ReadFile("/proc/sys/vm/max_map_count")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || n > 1<<20 {
			t.Skipf("vm.max_map_count is %s, which would take too much memory: %v", text, err)
		}
		p.must(t, "maps %d", n)
	}
}

// TestScarcity leaves none, then one, then more descriptors and mappings, until a Load has enough.
func TestScarcity(t *testing.T) {
	needRoot(t)
	for _, b := range different {
		for _, backing := range []string{"memfd", "file"} {
			t.Run(b.name+" "+backing, func(t *testing.T) {
				s := start{build: b, env: []string{"STAPSDT_BACKING=" + backing}}
				p := s.run(t)
				p.untilEnough(t, "descriptors", func(n int) { p.leaveDescriptors(t, n) })
				limit(unix.RLIMIT_NOFILE, noLimit)(t, p)
				if !b.isC() && backing == "memfd" {
					p.untilEnough(t, "mappings", func(n int) { leaveMappings(n)(t, p) })
					p.must(t, "maps all")
				}
				p.mustLoad(t)
				p.mustCount(t)
				p.mustUnload(t)
			})
		}
	}
}

// untilEnough loads with more and more left, until that works.
func (p *program) untilEnough(t *testing.T, what string, leave func(n int)) {
	t.Helper()
	p.must(t, "rest")
	for n := 0; ; n++ {
		leave(n)
		before := p.holds(t)
		if p.do(t, "load").Error == "" {
			t.Logf("%d %s are enough", n, what)
			p.mustUnload(t)
			return
		}
		p.mustHold(t, before)
		if n > 30 {
			t.Fatalf("%s: %d %s are not enough: %s", p.build.name, n, what, p.now.Error)
		}
	}
}
