//go:build linux && amd64

package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/test/qemu"
)

var boot = flag.Bool("boot", false, "boot the machine")

var oldest = qemu.Kernels[0]

// limit bounds what can hang. Only a failure takes as long.
const limit = 3 * time.Hour

func needBoot(t *testing.T) {
	t.Helper()
	if !*boot {
		t.Skip("takes minutes: make test-vm does it, with -boot")
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// start runs a session on the oldest kernel and returns the output of its console. It fails the
// test if the exit status is not the wanted one.
func start(t *testing.T, s session, wantStatus int) (out string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var console bytes.Buffer
	s.kernel, s.root = oldest, "/"
	s.output = io.MultiWriter(&console, s.output)
	status, err := s.run(ctx)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("console:\n%s", console.Bytes())
		}
	})
	if err != nil || status != wantStatus {
		t.Errorf("exit status %d, %v; want %d", status, err, wantStatus)
	}
	return console.String()
}

func expect(t *testing.T, out string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)^` + line + `\r?$`).MatchString(out) {
			t.Errorf("no line %q", line)
		}
	}
}

// TestCommand traces a program in the shared directory, whose image is a file in that directory,
// and the program of usdt demo.
func TestCommand(t *testing.T) {
	needBoot(t)
	shared := t.TempDir()
	build := exec.Command("go", "build", "-o", shared, "../../examples/demo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	out := start(t, session{work: shared, memory: 1024, output: io.Discard, command: `
		tail -f /dev/null | STAPSDT_BACKING=file STAPSDT_DIR="$PWD" ./demo >demo.log &
		until [ -s demo.log ]; do :; done
		usdt list -p $!
		usdt trace -p $! --count 3 --where 'celsius > -100' weather:measure
		usdt count -p $! --duration 1s weather:measure
		usdt hist -p $! --arg celsius --by city --duration 1s weather:measure
		usdt demo
		uname -r >result
		exit 3`}, 3)
	const signature = `weather:measure +n uint64, celsius int32, city string +`
	expect(t, out, signature+regexp.QuoteMeta(shared)+`.*`)
	expectMeasures(t, out, 3)
	expect(t, out, `.* weather:measure +[\d.]+ +[1-9]\d*`, `count [1-9]\d* +mean [\d.]+ +p50 .*`,
		`count [1-9]\d* +mean \S+s +p50 .*`)
	if result, err := os.ReadFile(filepath.Join(shared, "result")); err != nil ||
		!strings.HasPrefix(string(result), "5.10.") {
		t.Errorf("the host sees %q, %v", result, err)
	}
}

var measureLine = regexp.MustCompile(`weather:measure n=(\d+) celsius=(-?\d+) city="(\w+)"`)

// expectMeasures checks that there are events with the arguments that examples/demo fires.
func expectMeasures(t *testing.T, out string, want int) {
	t.Helper()
	measures := measureLine.FindAllStringSubmatch(out, -1)
	if len(measures) != want {
		t.Errorf("%d events, want %d", len(measures), want)
	}
	cities := []string{"Oslo", "Wien", "Quito", "Yakutsk"}
	for _, m := range measures {
		n, err := strconv.Atoi(m[1])
		if err != nil || m[2] != strconv.Itoa(n*37%71-40) || m[3] != cities[n%len(cities)] {
			t.Errorf("wrong arguments: %s", m[0])
		}
	}
}

// TestShell types a command into the console, and then the end of the input.
func TestShell(t *testing.T) {
	needBoot(t)
	console, keyboard, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	defer keyboard.Close()
	screen, output := io.Pipe()
	typed := make(chan error, 1)
	go func() {
		err := awaitPrompt(screen)
		if err == nil {
			_, err = keyboard.WriteString("usdt version\nexit 5\n")
		}
		typed <- err
		io.Copy(io.Discard, screen)
	}()
	out := start(t, session{work: t.TempDir(), memory: 1024, console: console, output: output}, 5)
	output.Close()
	if err := <-typed; err != nil {
		t.Errorf("type: %v", err)
	}
	expect(t, out, `.*linux-5-10.*`, `Linux 5\.10\.\S+`)
}

// awaitPrompt waits for the prompt of root's shell.
func awaitPrompt(screen io.Reader) error {
	var seen []byte
	for b := make([]byte, 1); !bytes.HasSuffix(seen, []byte("# ")); seen = append(seen, b...) {
		if _, err := screen.Read(b); err != nil {
			return err
		}
	}
	return nil
}
