//go:build linux && (amd64 || arm64)

package uprobe

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// privateStack is how a program on amd64 begins that has a stack for each processor: it adds the
// processor's base to an address, add %gs:this_cpu_off, %r9.
var privateStack = []byte{0x65, 0x4c, 0x03, 0x0c, 0x25}

// TestThreadStack looks at the machine code of a program before and after onThreadStack. Elsewhere
// than on amd64, it only shows that the kernel takes both.
func TestThreadStack(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	s := newSession(Options{})
	defer s.Close()
	nowhere, err := s.newNowhere()
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(probeSite{}, s.features)
	p.clear(frameArgs, -frameArgs/8)
	p.emit(asm.FnKtimeGetNs.Call())
	p.exit()
	if !hasPrivateStack(t, p.ins) {
		t.Log("this kernel has no private stacks for programs, or this test does not know them")
	}
	if hasPrivateStack(t, p.onThreadStack(nowhere)) {
		t.Error("the program has a private stack")
	}
}

func hasPrivateStack(t *testing.T, ins asm.Instructions) bool {
	t.Helper()
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type: ebpf.Kprobe, Instructions: ins, License: license,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	info, err := prog.Info()
	if err != nil {
		t.Fatal(err)
	}
	code, _ := info.JitedInsns()
	return bytes.Contains(code, privateStack)
}
