package command

import (
	"io"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// mostObstacles is how many arguments are named that cannot be read.
const mostObstacles = 20

// warnObstacles says why arguments will not be shown, of those that are to be shown.
func (p *tracePlan) warnObstacles(stderr io.Writer) {
	more := 0
	told := make(map[string]bool)
	for n, probe := range p.probes {
		for i, err := range probe.Obstacles() {
			switch {
			case err == nil || !p.shows(n, i) || told[err.Error()]:
				continue
			case len(told) == mostObstacles:
				more++
				continue
			}
			told[err.Error()] = true
			warn(stderr, "%v", err)
		}
	}
	if more > 0 {
		warn(stderr, "%s more cannot be read; usdt list --json says why",
			plural(more, "argument", "arguments"))
	}
}

// shows reports whether an argument of a probe is written.
func (p *tracePlan) shows(probe, i int) bool {
	if p.formats == nil {
		return true
	}
	needs := p.formats[probe].Needs()
	return slices.ContainsFunc(needs, func(n format.Need) bool { return n.Arg == i })
}

// obstacle returns why an argument that the user means cannot be read, if that is so.
func (p pointed) obstacle(probes []uprobe.Probe) error {
	for _, probe := range probes {
		for i, err := range probe.Obstacles() {
			if err != nil && p.means(probe.Sites[0], i) {
				return err
			}
		}
	}
	return nil
}
