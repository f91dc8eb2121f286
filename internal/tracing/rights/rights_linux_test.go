package rights_test

import (
	"os"
	"strings"
	"testing"

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

// fold takes the marks of code away and makes every run of white space one space.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "`", "")), " ")
}

func TestSets(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{rights.Read.String(), "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"},
		{rights.Attach(true).String(), "CAP_BPF and CAP_PERFMON"},
		{rights.Attach(false).String(), "CAP_SYS_ADMIN"},
		{rights.ToAttach(true), "run as root, or with CAP_BPF and CAP_PERFMON"},
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

// The remedies do not tell root to become root.
func TestToRead(t *testing.T) {
	const root = "root, too, needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH here"
	any, one := root, root
	if os.Geteuid() != 0 {
		any = "run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
		one = "run as root, or as the user that it runs as"
	}
	if got := rights.ToRead(); got != any {
		t.Errorf("any process: %q, want %q", got, any)
	}
	if got := rights.ToReadOne(); got != one {
		t.Errorf("one process: %q, want %q", got, one)
	}
}
