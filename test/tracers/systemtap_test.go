//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const stapList = `stap -L 'process("PATH").mark("*")'`

// stapTranslate ends after the pass that writes the kernel module in C. To run a module takes a
// kernel that loads modules.
const stapTranslate = `stap -p3 -e 'probe process("PATH").mark("PROBE") {
	printf("%d %d %d %d %d %d\n", $arg1, $arg2, $arg3, $arg4, $arg5, $arg6)
}'`

// argCounts has the numbers of arguments of the probes that do not have one argument.
var argCounts = map[string]int{
	"bytes": 2, "dynamic": 4, "mixed": 5, "none": 0, "ready": 0, "six": 6,
	"named_blob": 2, "named_bytes": 2, "named_dynamic": 4, "named_mixed": 5, "named_none": 0,
}

// stapListing is how SystemTap lists the probes of the traced program.
func stapListing(path string) string {
	var list strings.Builder
	for _, name := range names {
		fmt.Fprintf(&list, "process(%q).mark(%q)", path, name)
		count, ok := argCounts[name]
		if !ok {
			count = 1
		}
		for i := range count {
			fmt.Fprintf(&list, " $arg%d:long", i+1)
		}
		list.WriteString("\n")
	}
	return list.String()
}

// stapReads are the expressions by which SystemTap's module reads the arguments of the probe six.
// Registers have DWARF's numbers.
func stapReads() []string {
	registers := map[string][]int{
		"amd64": {5, 4, 1, 2, 8, 9}, "arm64": {0, 1, 2, 3, 4, 5},
	}[runtime.GOARCH]
	var expressions []string
	for i, size := range []string{"uint64_t", "int8_t", "uint16_t", "int32_t", "int16_t", "int64_t"} {
		expressions = append(expressions, fmt.Sprintf("(%s)((u_fetch_register(%d)))", size, registers[i]))
	}
	return expressions
}

// TestSystemTap lists the probes, and lets SystemTap write the module that reads the arguments.
func TestSystemTap(t *testing.T) {
	stap := tools(t)
	needDocumented(t, stapList)
	version := stap.versionOf(t, `version (\d[\d.]*)`, "stap", "--version")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		check(t, "what stap lists", stapListing(app.path(t, "none")),
			stap.shell(t, app, "none", stapList))

		module := stap.shell(t, app, "six", stapTranslate)
		for _, read := range stapReads() {
			if !strings.Contains(module, read) {
				t.Errorf("the module does not have %s:\n%s", read, registerReads(module))
			}
		}
		r := byPathRow(c, "SystemTap", version, stapList)
		r.arguments = "six, as translated"
		support(t, r)
	})
}

// registerReads returns the lines in which the module reads registers.
func registerReads(module string) string {
	lines := strings.SplitAfter(module, "\n")
	lines = slices.DeleteFunc(lines,
		func(line string) bool { return !strings.Contains(line, "u_fetch_register") })
	return strings.Join(lines, "")
}
