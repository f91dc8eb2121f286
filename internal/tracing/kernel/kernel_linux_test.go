package kernel_test

import (
	"errors"
	"os"
	"regexp"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// The first two columns of the table in docs/kernels.md are the abilities.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../../docs/kernels.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []kernel.Ability
	row := regexp.MustCompile(`(?m)^\| (\d+)\.(\d+) \| (.*?) \|`)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		since := parseVersion(t, m[1]+"."+m[2])
		documented = append(documented, kernel.Ability{Since: since, What: m[3]})
	}
	if diff := cmp.Diff(kernel.Abilities, documented); diff != "" {
		t.Errorf("docs/kernels.md differs from Abilities (-Abilities +docs):\n%s", diff)
	}
}

func parseVersion(t *testing.T, text string) kernel.Version {
	t.Helper()
	v, err := kernel.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVersionIn(t *testing.T) {
	for _, tt := range []struct {
		version, release string
		want             bool
	}{
		{"4.18", "4.18.0-553.el8_10.x86_64", true},
		{"4.18", "4.17.19", false},
		{"5.8", "5.10.0-32-amd64", true},
		{"5.8", "4.19.0", false},
		{"6.10", "6.9.12", false},
		{"6.10", "7.0-rc1", true},
		{"6.10", "", true}, // a sandbox hides it
	} {
		if got := parseVersion(t, tt.version).In(tt.release); got != tt.want {
			t.Errorf("%s in release %q: %v, want %v", tt.version, tt.release, got, tt.want)
		}
	}
}

// Of a kernel that nothing could be tried on, the version tells what it should have.
func TestExpected(t *testing.T) {
	tried := kernel.Kernel{Release: "6.12.0", Features: kernel.Features{RingBuffer: true}}
	if got := tried.Expected(); got != tried.Features {
		t.Errorf("tried: %+v, want %+v", got, tried.Features)
	}
	untried := kernel.Kernel{Release: "5.10.0", Untried: errors.New("no")}
	want := kernel.Features{ReadUser: true, RingBuffer: true, NamespacePID: true}
	if got := untried.Expected(); got != want {
		t.Errorf("untried: %+v, want %+v", got, want)
	}
	untried.Release = "6.6.0"
	want.Exchange, want.Multi, want.Sleep = true, true, true
	if got := untried.Expected(); got != want {
		t.Errorf("untried: %+v, want %+v", got, want)
	}
}

// The running kernel has at least what mainline has in its release.
func TestRunning(t *testing.T) {
	running := kernel.Running()
	if running.Untried != nil {
		testenv.Lacks(t, running.Untried)
	}
	if release, err := kernel.Release(); err != nil || running.Release != release {
		t.Errorf("release %q, want %q (%v)", running.Release, release, err)
	}
	tried := running.Features
	mainline := kernel.Kernel{Release: running.Release, Untried: errors.New("not tried")}.Expected()
	for _, f := range []struct {
		name            string
		tried, mainline bool
	}{
		{"ReadUser", tried.ReadUser, mainline.ReadUser},
		{"RingBuffer", tried.RingBuffer, mainline.RingBuffer},
		{"NamespacePID", tried.NamespacePID, mainline.NamespacePID},
		{"Semaphores", tried.Semaphores, kernel.Semaphores.In(running.Release)},
		{"Exchange", tried.Exchange, mainline.Exchange && runtime.GOARCH == "amd64"},
		{"Multi", tried.Multi, mainline.Multi},
		{"MultiProcess", tried.MultiProcess, mainline.MultiProcess},
		{"Sleep", tried.Sleep, mainline.Sleep},
	} {
		if f.mainline && !f.tried {
			t.Errorf("%s was not found in Linux %s", f.name, running.Release)
		}
	}
}
