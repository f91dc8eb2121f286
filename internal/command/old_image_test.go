//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"unsafe"

	"github.com/go-usdt/usdt/cstub"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// mapOldImage maps an image of a release whose images did not say what arguments are, and returns
// the address of its only site.
func mapOldImage(t *testing.T) (path string, site uint64) {
	t.Helper()
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	image, err := elfimage.Build(elfimage.Spec{
		Machine: machine, Provider: "oldimage", Site: probesite.Nop.Code(machine),
		Probes: []elfimage.Probe{{Name: "order", Args: []int{8, -4}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(image, []byte(".BTF")) {
		t.Fatal("the image has a section of types")
	}
	path = filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	testenv.MapToExecute(t, path)
	objects, err := process.Read(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.Name == path {
			return path, o.Addresses(o.Notes[0])[0]
		}
	}
	t.Fatal("the image is not mapped")
	return "", 0
}

// runUsdt runs a command and returns what it writes.
func runUsdt(t *testing.T, args ...string) string {
	t.Helper()
	var out, stderr bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&stderr)
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	return out.String()
}

func expectOutput(t *testing.T, got, want string) {
	t.Helper()
	if !regexp.MustCompile(`(?m)` + want).MatchString(got) {
		t.Errorf("got:\n%s\nwant %s", got, want)
	}
}

// Programs that were built with an earlier release are shown as that release's command shows them.
func TestOldImage(t *testing.T) {
	path, site := mapOldImage(t)
	pid := strconv.Itoa(os.Getpid())
	list := runUsdt(t, "list", path)
	expectOutput(t, list, `^PROVIDER:PROBE +ARGUMENTS +OBJECT +ADDRESS$`)
	expectOutput(t, list, `^oldimage:order +8@\S+ -4@\S+ +`+regexp.QuoteMeta(path))
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	text := []byte("tea\x00")
	args := [cstub.MaxArgs]uint64{uint64(uintptr(unsafe.Pointer(&text[0]))), 1<<64 - 5}
	ended, fired := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(fired)
		entry := *(*unsafe.Pointer)(unsafe.Pointer(&site))
		for {
			select {
			case <-ended:
				return
			default:
				cstub.Call(&entry, nil, &args)
			}
		}
	}()
	plain := runUsdt(t, "trace", "-p", pid, "oldimage:order", "--count", "1")
	withText := runUsdt(t, "trace", "-p", pid, "oldimage:order", "--count", "1", "--str", "0",
		"--where", `arg1 == -5 && arg0 == "tea"`)
	asJSON := runUsdt(t, "trace", "-p", pid, "oldimage:order", "--count", "1", "--json")
	close(ended)
	<-fired
	expectOutput(t, plain, ` oldimage:order arg0=\d+ arg1=-5$`)
	expectOutput(t, withText, ` oldimage:order arg0="tea" arg1=-5$`)
	expectOutput(t, asJSON, `"args":\[\d+,-5\]}$`)
	runtime.KeepAlive(text)
}
