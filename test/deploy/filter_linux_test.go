package deploy

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// allowedSyscalls returns the numbers of the system calls that a unit allows: systemd knows what is
// in its sets, and the C compiler knows the numbers.
func allowedSyscalls(t *testing.T, u unit) (numbers []uint32) {
	t.Helper()
	var names []string
	for _, list := range u["SystemCallFilter"] {
		denied, without := strings.CutPrefix(list, "~")
		if !without {
			names = append(names, expand(t, strings.Fields(list))...)
			continue
		}
		less := expand(t, strings.Fields(denied))
		names = slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains(less, name)
		})
	}
	known := numbersOfSyscalls(t)
	for _, name := range names {
		if number, ok := known[name]; ok { // not another architecture's
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// expand returns the names of system calls in place of those of sets, which begin with @.
func expand(t *testing.T, names []string) (all []string) {
	t.Helper()
	for _, name := range names {
		if !strings.HasPrefix(name, "@") {
			all = append(all, name)
			continue
		}
		output, err := exec.Command(testenv.Tool(t, "systemd-analyze"), "syscall-filter", "--no-pager",
			name).Output()
		if err != nil {
			t.Fatal(err)
		}
		var inside []string
		for _, word := range strings.Split(string(output), "\n")[1:] {
			if word = strings.TrimSpace(word); word != "" && !strings.HasPrefix(word, "#") {
				inside = append(inside, word)
			}
		}
		all = append(all, expand(t, inside)...)
	}
	return all
}

func numbersOfSyscalls(t *testing.T) map[string]uint32 {
	t.Helper()
	cmd := exec.Command(testenv.Tool(t, "gcc"), "-E", "-dM", "-include", "asm/unistd.h", "-xc", "-")
	output, err := cmd.Output()
	if err != nil {
		testenv.Lacks(t, fmt.Errorf("find the numbers of system calls: %w", err))
	}
	numbers := make(map[string]uint32)
	define := regexp.MustCompile(`^#define __NR_(\w+) (\d+)$`)
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		if match := define.FindStringSubmatch(lines.Text()); match != nil {
			number, err := strconv.ParseUint(match[2], 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			numbers[match[1]] = uint32(number)
		}
	}
	return numbers
}

// Offsets in struct seccomp_data. The low half of an argument comes first.
const (
	dataNumber    = 0
	dataArguments = 16
)

// filterOf returns the filter that systemd makes of a unit: what it does not allow is an EPERM.
// RestrictNamespaces and MemoryDenyWriteExecute look at arguments; so does RestrictAddressFamilies.
func filterOf(u unit, allowed []uint32) []unix.SockFilter {
	var families []uint32
	for _, name := range u.words("RestrictAddressFamilies") {
		families = append(families, map[string]uint32{
			"AF_UNIX": unix.AF_UNIX, "AF_INET": unix.AF_INET, "AF_INET6": unix.AF_INET6,
		}[name])
	}
	filter := slices.Concat(
		onlyValues(unix.SYS_SOCKET, 0, families...),
		withoutBits(unix.SYS_MPROTECT, 2, unix.PROT_EXEC),
		withoutBits(unix.SYS_CLONE, 0, unix.CLONE_NEWNS|unix.CLONE_NEWCGROUP|unix.CLONE_NEWUTS|
			unix.CLONE_NEWIPC|unix.CLONE_NEWUSER|unix.CLONE_NEWPID|unix.CLONE_NEWNET),
		onlyValues(unix.SYS_SETNS, 0), onlyValues(unix.SYS_UNSHARE, 0),
		[]unix.SockFilter{load(dataNumber)},
	)
	for _, number := range allowed {
		filter = append(filter, jump(unix.BPF_JEQ, number, 0, 1), end(unix.SECCOMP_RET_ALLOW))
	}
	return append(filter, end(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)))
}

// onlyValues refuses a system call unless an argument has one of some values.
func onlyValues(number uint32, argument uint32, values ...uint32) []unix.SockFilter {
	filter := []unix.SockFilter{
		load(dataNumber), jump(unix.BPF_JEQ, number, 0, uint8(len(values)+2)),
		load(dataArguments + 8*argument),
	}
	for i, value := range values {
		filter = append(filter, jump(unix.BPF_JEQ, value, uint8(len(values)-i), 0))
	}
	return append(filter, end(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)))
}

// withoutBits refuses a system call if an argument has one of some bits.
func withoutBits(number, argument, bits uint32) []unix.SockFilter {
	return []unix.SockFilter{
		load(dataNumber), jump(unix.BPF_JEQ, number, 0, 3), load(dataArguments + 8*argument),
		jump(unix.BPF_JSET, bits, 0, 1), end(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
	}
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func jump(condition uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | condition | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

func end(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}
