package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A world is what all pages share: the command usdt, and this module as a release that go get and
// go install find.
type world struct {
	root    string // of the repository
	dir     string
	proxies string // GOPROXY: this module, what was downloaded before, and the proxies of the user
	locks
	guard *guard
}

// shims are programs that take the place of others. The commands run as root, and a machine may
// have no sudo. bpftrace prints each line at once only to a terminal.
var shims = map[string]string{
	"sudo":     `"$@"`,
	"bpftrace": `"$(which -a bpftrace | sed -n 2p)" -B line "$@"`,
}

func newWorld(t *testing.T, root string) *world {
	t.Helper()
	w := &world{root: root, dir: t.TempDir(), guard: startGuard(t)}
	bin := filepath.Join(w.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range shims {
		script := "#!/bin/sh\nexec " + text + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-o", w.usdt(), "./cmd/usdt")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	if err := publish(root, w.proxy()); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, theirs, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	w.proxies = "file://" + w.proxy() + ",file://" + cache + "/cache/download," + theirs
	return w
}

func (w *world) usdt() string  { return filepath.Join(w.dir, "bin", "usdt") }
func (w *world) proxy() string { return filepath.Join(w.dir, "proxy") }

// foreign is what commands do not find in their environment: what changes the library and usdt, and
// what a make that runs this test tells its own.
var foreign = regexp.MustCompile(`^(STAPSDT_|USDT_|MAKE|MFLAGS)`)

// environ returns the environment of commands. What go install installs is in installed.
func (w *world) environ(installed string) []string {
	env := slices.DeleteFunc(os.Environ(), foreign.MatchString)
	return append(env,
		"PATH="+installed+":"+filepath.Dir(w.usdt())+":"+os.Getenv("PATH"),
		"GOBIN="+installed,
		"GOPROXY="+w.proxies,
		"GOMODCACHE="+filepath.Join(w.dir, "modules"),
		"GOFLAGS=-trimpath -modcacherw",
		"GOSUMDB=off", // it does not know the module, which is not public
		"GOWORK=off",
		"TERM=dumb",
		"LC_ALL=C.UTF-8",
	)
}
