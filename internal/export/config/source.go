package config

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// addSource adds the fields that metrics, spans and records have in common.
func (r *reader) addSource(of fields, s *Source) {
	of["from"] = func(n *yaml.Node) { r.from(&s.From, n) }
	of["where"] = func(n *yaml.Node) {
		r.text(&s.Where, "where")(n)
		if s.Where == "" {
			return
		}
		var err error
		if s.Expr, err = filter.Parse(s.Where); err != nil {
			r.errorf(n.Line, "where: %v", err)
		}
	}
}

// from reads which processes are meant.
func (r *reader) from(into *From, n *yaml.Node) {
	r.mapping(n, "from", fields{
		"pid":       r.pids(&into.PIDs),
		"comm":      r.texts(&into.Comms, "from: comm"),
		"exe":       r.paths(&into.Exes, "from: exe"),
		"file":      r.paths(&into.Files, "from: file"),
		"user":      r.texts(&into.Users, "from: user"),
		"service":   r.texts(&into.Services, "from: service"),
		"container": r.texts(&into.Containers, "from: container"),
		"cgroup":    r.texts(&into.Cgroups, "from: cgroup"),
		"pod":       r.texts(&into.Pods, "from: pod"),
		"children":  r.boolean(&into.Children, "from: children"),
	})
	named := len(into.PIDs) > 0
	switch {
	case named && into.describes():
		r.errorf(n.Line, "from: use either pid or the others, not both")
	case into.Children && !named && !into.describes():
		r.errorf(n.Line, "from: children of which processes? name these, too")
	}
}

// describes tells whether processes are described, not named by their ids.
func (f From) describes() bool {
	return len(f.Comms)+len(f.Exes)+len(f.Users)+len(f.Services)+len(f.Containers)+
		len(f.Cgroups)+len(f.Pods) > 0
}

// paths reads absolute paths.
func (r *reader) paths(into *[]string, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.texts(into, what)(n)
		for _, name := range *into {
			if !path.IsAbs(name) {
				r.errorf(n.Line, "%s: %s is no absolute path", what, printable.Quote(cut(name)))
			}
		}
	}
}

// pids reads a process id, or a list of them.
func (r *reader) pids(into *[]int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		elements := []*yaml.Node{n}
		if n.Kind == yaml.SequenceNode {
			elements = n.Content
		}
		for _, e := range elements {
			pid := 0
			if r.number(&pid, "from: pid", 1, 1<<22)(e); pid > 0 {
				*into = append(*into, pid)
			}
		}
	}
}

// patterns reads patterns of probes.
func (r *reader) patterns(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.texts(into, "probes")(n)
		for _, p := range *into {
			provider, probe, _ := strings.Cut(p, ":")
			_, badProvider := path.Match(provider, "")
			_, badProbe := path.Match(probe, "")
			switch {
			case provider == "" || probe == "":
				r.errorf(n.Line, "probes: %s is not PROVIDER:PROBE", printable.Quote(cut(p)))
			case badProvider != nil || badProbe != nil:
				r.errorf(n.Line, `probes: %s is a bad pattern; there are * ? [a-z] [^a-z], `+
					`and \ before a character that stands for itself`, printable.Quote(cut(p)))
			}
		}
	}
}

// isLiteral tells whether a text is PROVIDER:PROBE without wildcards.
func isLiteral(text string) bool {
	provider, name, _ := strings.Cut(text, ":")
	return provider != "" && name != "" && !strings.ContainsAny(text, `*?[\`)
}

// addPair adds the fields of a pair.
func (r *reader) addPair(of fields, p *Pair) {
	name := func(into *string, what, want string) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if r.text(into, what)(n); *into != "" && !isLiteral(*into) {
				r.errorf(n.Line, "%s: %s is not %s, without wildcards", what,
					printable.Quote(cut(*into)), want)
			}
		}
	}
	of["pair"] = name(&p.Base, "pair", "PROVIDER:BASE")
	of["start"] = name(&p.Start, "start", "PROVIDER:PROBE")
	of["end"] = name(&p.End, "end", "PROVIDER:PROBE")
	of["key"] = r.argument(&p.Key, "key")
}

// checkPair reports a pair that is half there.
func (r *reader) checkPair(p Pair, line int, what string) {
	switch {
	case p.Base != "" && (p.Start != "" || p.End != ""):
		r.errorf(line, "%s: use either pair or start and end, not both", what)
	case p.Base == "" && (p.Start == "") != (p.End == ""):
		r.errorf(line, "%s: start and end belong together", what)
	case p.Start != "" && p.Start == p.End:
		r.errorf(line, "%s: start and end are the same probe", what)
	case p.Base == "" && p.Start == "":
		r.errorf(line, "%s: which pair? set pair: PROVIDER:BASE, or start and end", what)
	}
}
