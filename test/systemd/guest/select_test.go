//go:build linux

package guest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestSelect: the flags for units, cgroups and containers choose what systemd has started.
func TestSelect(t *testing.T) {
	startUserService(t)
	run(t, "systemctl", "start", "box")
	services := map[string]int{
		"shop": shopPort, "other": otherPort, "user": userPort, "box": boxPort,
	}
	names := make(map[int]string) // by process
	for name, port := range services {
		awaitShop(t, port)
		names[processAt(t, port)] = name
	}
	for flags, want := range map[string]string{
		"--exe /usr/local/bin/shop":                           "other shop user",
		"--service shop --user root":                          "",
		"--service shop":                                      "shop user", // of both managers
		"--service shop.service --service other":              "other shop user",
		"--service system.slice --exe /usr/local/bin/shop":    "other shop",
		"--service user.slice":                                "user",
		"--service user@1000":                                 "user",
		"--service box":                                       "",
		"--service machine.slice":                             "box",
		"--container box":                                     "box",
		"--user ada":                                          "user",
		"--cgroup /system.slice/shop.service":                 "shop",
		"--cgroup /sys/fs/cgroup/system.slice/other.service":  "other",
		"--cgroup system.slice --service shop":                "shop",
		"--cgroup /user.slice/user-1000.slice --service shop": "user",
		"--all": "box other shop user",
	} {
		t.Run(flags, func(t *testing.T) {
			found, err := list(strings.Fields(flags)...)
			var got []string
			for _, l := range found {
				got = append(got, names[l.PID])
				if isBox := names[l.PID] == "box"; isBox != (l.Container == "box") {
					t.Errorf("the container of %s is %q", names[l.PID], l.Container)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
				t.Errorf("services (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestTrace: usdt trace shows what the chosen service fires, and nothing of the other one.
func TestTrace(t *testing.T) {
	tracer := testenv.Start(t, exec.Command("sh", "-c", `exec "$0" "$@" 2>&1`, usdt, "trace",
		"--cgroup", "/system.slice/shop.service", "shop:order", "%[customer]s", "--count", "2"))
	want := fmt.Sprintf("usdt: tracing 1 probe in process %d; Ctrl-C ends it",
		processAt(t, shopPort))
	if line := tracer.Next(t); line != want {
		t.Errorf("got %q, want %q", line, want)
	}
	order(t, otherPort, "Bob", 1)
	order(t, shopPort, "Ada", 1)
	order(t, otherPort, "Bob", 1)
	order(t, shopPort, "Grace", 1)
	events := regexp.MustCompile(
		`^\S+ .* shop:order Ada\n\S+ .* shop:order Grace\nusdt: 2 events, 0 lost\n$`)
	if got := tracer.Output(t); !events.MatchString(got) {
		t.Errorf("events:\n%s", got)
	}
}

// startUserService starts a service of a user who has not logged in.
func startUserService(t *testing.T) {
	t.Helper()
	const user, id = "ada", "1000"
	run(t, "useradd", "--create-home", "--uid", id, user)
	run(t, "systemctl", "start", "user@"+id)
	run(t, "runuser", "--user", user, "--", "env", "XDG_RUNTIME_DIR=/run/user/"+id,
		"systemctl", "--user", "start", "shop")
}

// processAt returns the process that serves at a port.
func processAt(t *testing.T, port int) int {
	t.Helper()
	processes, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		line, _ := os.ReadFile("/proc/" + p.Name() + "/cmdline") // it may be gone
		pid, err := strconv.Atoi(p.Name())
		if err == nil && strings.HasSuffix(string(line),
			fmt.Sprintf("/shop\x00-listen\x00127.0.0.1:%d\x00", port)) &&
			!strings.Contains(string(line), "nspawn") {
			return pid
		}
	}
	t.Fatalf("no process has the port %d", port)
	return 0
}
