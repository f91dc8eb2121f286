package kernels

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/go-usdt/usdt/test/qemu"
)

// report is what the guest printed.
type report struct {
	version string         // the Debian version of the kernel
	site    string         // the chosen form
	costs   map[string]int // nanoseconds per traced fire by form
}

var (
	exitLine    = regexp.MustCompile(`(?m)^guest: exit status 0\r?$`)
	notPassed   = regexp.MustCompile(`(?m)(?:^ *--- (?:FAIL|SKIP): |^panic: |Kernel panic)[^\r\n]*`)
	versionLine = regexp.MustCompile(`guest: kernel .* Debian (\S+)`)
	siteLine    = regexp.MustCompile(`chosen site: (\w+)`)
	costLine    = regexp.MustCompile(`cost of (\w+): (\d+) ns`)
)

// readReport reads the log of a boot. It returns an error unless all tests ran and passed.
func readReport(log string) (report, error) {
	b, err := os.ReadFile(log)
	if err != nil {
		return report{}, err
	}
	text := string(b)
	if failed := notPassed.FindAllString(text, -1); failed != nil || !exitLine.MatchString(text) {
		return report{}, fmt.Errorf("the guest did not pass all tests: %s", strings.Join(failed, "; "))
	}
	r := report{costs: make(map[string]int)}
	for _, match := range costLine.FindAllStringSubmatch(text, -1) {
		if r.costs[match[1]], err = strconv.Atoi(match[2]); err != nil {
			return report{}, err
		}
	}
	version, site := versionLine.FindStringSubmatch(text), siteLine.FindStringSubmatch(text)
	if version == nil || site == nil || r.costs["nop"] == 0 || r.costs[site[1]] == 0 {
		return report{}, errors.New("the guest passed without reporting version, site and costs")
	}
	r.version, r.site = version[1], site[1]
	return r, nil
}

// row shows a report, or what failed. Costs are multiples of the chosen site's cost: under
// emulation, the times themselves mean nothing.
func row(k qemu.Kernel, r report, err error) string {
	if err != nil {
		return fmt.Sprintf("%v\t%v", k, err)
	}
	row := fmt.Sprintf("%v\t%s\t%s", k, r.version, r.site)
	for _, form := range []string{"nop", "nop5", "nop10"} {
		cell := "-"
		if cost := r.costs[form]; cost > 0 {
			cell = fmt.Sprintf("%.2f", float64(cost)/float64(r.costs[r.site]))
		}
		row += "\t" + cell
	}
	return row
}

// table shows rows under their heading.
func table(rows []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kernel\tversion\tsite\tnop/site\tnop5/site\tnop10/site")
	for _, row := range rows {
		fmt.Fprintln(w, row)
	}
	w.Flush()
	return b.String()
}
