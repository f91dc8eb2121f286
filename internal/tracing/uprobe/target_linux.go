package uprobe

import "slices"

// A group is the sites that have the same program.
type group struct {
	program *program
	code    string // of the program
	targets []*target
}

// A target is the sites of one file in one process, or in all. The kernel attaches to them by one
// link, and detaches from all of them in one grace period.
type target struct{ sites []probeSite }

// A probeSite is a site and the probe that it belongs to.
type probeSite struct {
	Site
	probe   Probe
	index   int // of the probe among those that are traced
	program int // its index for the dispatcher, if there is one
}

// cookie returns what the kernel keeps for the site in a uprobe_multi link.
func (s probeSite) cookie() uint64 {
	return uint64(s.index) | uint64(s.program)<<cookieProgram // #nosec G115 -- neither is negative
}

// cookieProgram is how many bits of a cookie are the index of the probe.
const cookieProgram = 32

// manySites is the number of sites from which on probes share a program if their arguments are in
// the same places. Sharing saves 2 ms and two descriptors for each site, but to ask for the cookie
// costs each hit some 25 ns.
const manySites = 64

// group writes the programs of all sites and groups the sites.
func (s *session) group(body func(*program) error, probes []Later) ([]*group, error) {
	var g grouping
	sites := 0
	for _, p := range probes {
		sites += len(p.Sites)
	}
	for _, p := range probes {
		for _, site := range s.distinct(p.Sites) {
			if err := s.interrupted(); err != nil {
				return nil, err
			}
			prog := newProgram(probeSite{Site: site, probe: p.Probe, index: p.Index}, s.featuresFor(site))
			prog.shared = s.features.Multi && sites >= manySites
			pid := s.pidOf(site)
			switch set := s.options.Processes; {
			case set != nil:
				prog.onlyIn(set)
			case pid != s.linkPID(site):
				prog.onlyInOne(pid)
			}
			if err := body(prog); err != nil {
				return nil, err
			}
			code, err := prog.code()
			if err != nil {
				return nil, err
			}
			g.add(prog.site, prog, code, pid)
		}
	}
	return g.groups, nil
}

// distinct returns the sites to attach to: with Options.Processes each of a file once, whichever
// processes have it.
func (s *session) distinct(sites []Site) []Site {
	if s.options.Processes == nil {
		return sites
	}
	type id struct {
		siteFile
		offset uint64
	}
	seen := make(map[id]bool)
	return slices.DeleteFunc(slices.Clone(sites), func(site Site) bool {
		file := site.file()
		if file.inode != 0 {
			file.path = "" // each process has another one
		}
		this := id{file, site.Note.FileOffset}
		defer func() { seen[this] = true }()
		return seen[this]
	})
}

// A grouping makes groups. The zero value is ready.
type grouping struct {
	groups  []*group
	byCode  map[string]*group
	targets map[targetKey]*target
}

type targetKey struct {
	siteFile
	pid  int
	code string
}

// add adds a site, which is traced in the process pid by a program with the code.
func (g *grouping) add(site probeSite, prog *program, code string, pid int) {
	if g.byCode == nil {
		g.byCode, g.targets = make(map[string]*group), make(map[targetKey]*target)
	}
	of := g.byCode[code]
	if of == nil {
		of = &group{program: prog, code: code}
		g.byCode[code] = of
		g.groups = append(g.groups, of)
	}
	key := targetKey{site.file(), pid, code}
	t := g.targets[key]
	if t == nil {
		t = new(target)
		g.targets[key] = t
		of.targets = append(of.targets, t)
	}
	t.sites = append(t.sites, site)
}
