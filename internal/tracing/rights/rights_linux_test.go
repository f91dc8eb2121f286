package rights_test

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// docs/usdt.md says what the help of the commands says, and how to give the rights to the program.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../../docs/usdt.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{rights.Help, rights.Setcap(true)} {
		if !strings.Contains(fold(string(text)), fold(want)) {
			t.Errorf("docs/usdt.md does not say:\n%s", want)
		}
	}
}

// docs/kernels.md has the capabilities of each range of kernels.
func TestKernels(t *testing.T) {
	text, err := os.ReadFile("../../../docs/kernels.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(
		`(?m)^\| (?:before [\d.]+|([\d.]+)(?: to [\d.]+| and later)) \| (CAP_.*?) \|`)
	var from []string
	for _, row := range rows.FindAllStringSubmatch(string(text), -1) {
		first := cmp.Or(row[1], kernel.Oldest.String())
		if want := rights.Attach(kernel.Multi.In(first)).String(); row[2] != want {
			t.Errorf("docs/kernels.md: from Linux %s on %s, want %s", first, row[2], want)
		}
		from = append(from, first)
	}
	want := []string{kernel.Oldest.String(), kernel.Capabilities.Since.String(),
		kernel.Multi.Since.String(), kernel.MultiProcess.Since.String()}
	if !slices.Equal(from, want) {
		t.Errorf("docs/kernels.md has rows from Linux %v on, want %v", from, want)
	}
}

// fold takes the marks of code away and makes every run of white space one space.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "`", "")), " ")
}

func TestSets(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{rights.Read.String(), "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"},
		{rights.Attach(true).String(), "CAP_BPF and CAP_PERFMON"},
		{rights.Attach(false).String(), "CAP_SYS_ADMIN"},
		{rights.Setcap(false), "sudo setcap cap_sys_admin,cap_sys_ptrace,cap_dac_read_search," +
			`cap_sys_resource+ep "$(command -v usdt)"`},
		{rights.Container(true), "docker run --pid=host --cap-add BPF --cap-add PERFMON " +
			"--cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH …, or run usdt on the host"},
	} {
		if tt.got != tt.want {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
}

// The remedies name what is missing only, and do not tell root to become root.
func TestRemedies(t *testing.T) {
	const user = 1000
	attach := rights.Attach(true)
	for _, tt := range []struct {
		needed, held rights.Set
		user         int
		want         string
	}{
		{attach, nil, user, "run as root, or with CAP_BPF and CAP_PERFMON"},
		{attach, rights.Set{rights.BPF}, user, "run as root, or with CAP_PERFMON"},
		{rights.Read, rights.Set{rights.SysAdmin}, 0,
			"root, too, needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH here"},
		{rights.Read, rights.Set{rights.DACOverride}, 0, "root, too, needs CAP_SYS_PTRACE here"},
		{attach, rights.Set{rights.SysAdmin}, 0, "the kernel refuses it in spite of CAP_BPF and " +
			"CAP_PERFMON, for instance by a security module, or because these count in a user " +
			"namespace only"},
	} {
		if got := rights.ToGet(tt.needed, tt.held, tt.user); got != tt.want {
			t.Errorf("%v of %v:\n got %s\nwant %s", tt.held, tt.needed, got, tt.want)
		}
	}
}

// The kernel shows in /proc what this process has.
func TestHeld(t *testing.T) {
	status, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "CapEff:\t")
	line, _, _ = strings.Cut(line, "\n")
	mask, err := strconv.ParseUint(line, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rights.Trace(false) {
		if got, want := slices.Contains(rights.Held(), c), mask>>c.Number&1 != 0; got != want {
			t.Errorf("%v: %v, want %v", c, got, want)
		}
	}
}
