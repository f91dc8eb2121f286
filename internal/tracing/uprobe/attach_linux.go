package uprobe

import (
	"fmt"
	"slices"

	"github.com/cilium/ebpf"
)

// attach attaches to every site of the probes. body writes the program of a site. When all sites
// are skipped, the error is why the last one was.
func (s *session) attach(body func(*program) error, probes ...Probe) error {
	indexed := make([]Later, len(probes))
	for i, p := range probes {
		indexed[i] = Later{p, i}
	}
	return s.attachIndexed(body, indexed)
}

func (s *session) attachIndexed(body func(*program) error, probes []Later) error {
	before := s.sites.Load()
	groups, err := s.group(body, probes)
	if err != nil {
		return err
	}
	if s.needsDispatcher(groups) {
		dispatcher, err := s.dispatch(groups)
		if err != nil {
			return err
		}
		groups = []*group{dispatcher}
	}
	for _, g := range groups {
		if err := s.attachGroup(g); err != nil {
			return s.tooMany(err, groups)
		}
	}
	if s.sites.Load() == before {
		return s.skipped
	}
	return nil
}

func (s *session) attachGroup(g *group) error {
	kind, perLink := ebpf.AttachNone, 1
	if s.features.Multi {
		kind, perLink = ebpf.AttachTraceUprobeMulti, maxPerLink
	}
	prog, err := s.load(g, kind)
	if err != nil {
		return err
	}
	for _, t := range g.targets {
		for sites := range slices.Chunk(t.sites, perLink) {
			if err := s.interrupted(); err != nil {
				return err
			}
			if err := s.attachSites(prog, sites); err != nil {
				return err
			}
		}
	}
	return nil
}

// load loads the program of a group, unless one with the same code is there.
func (s *session) load(g *group, kind ebpf.AttachType) (*ebpf.Program, error) {
	if prog := s.programs[g.code]; prog != nil {
		return prog, nil
	}
	nowhere, err := s.newNowhere()
	if err != nil {
		return nil, err
	}
	prog, err := g.program.load(kind, nowhere)
	if err != nil {
		return nil, err
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	s.programs[g.code] = prog
	return prog, nil
}

// maxPerLink bounds the time of a system call that no signal interrupts.
const maxPerLink = 4096

func (s *session) interrupted() error {
	if s.options.Interrupted == nil {
		return nil
	}
	return s.options.Interrupted()
}

// attachSites attaches a program by one link. When the kernel refuses the sites, each half is tried
// on its own, until it is known which site is refused.
func (s *session) attachSites(prog *ebpf.Program, sites []probeSite) error {
	link, err := s.link(prog, sites)
	err = explain(err)
	half := len(sites) / 2
	switch {
	case err == nil:
		s.links = append(s.links, siteLink{link, sites[0].Site, len(sites)})
		s.sites.Add(int64(len(sites)))
		return nil
	case half == 0 || concernsAll(err):
		return s.skip(sites[0], err)
	}
	if err := s.attachSites(prog, sites[:half]); err != nil {
		return err
	}
	return s.attachSites(prog, sites[half:])
}

// skip lets tracing continue without a site, unless the error concerns all sites.
func (s *session) skip(site probeSite, err error) error {
	if interrupted := s.interrupted(); interrupted != nil {
		return interrupted
	}
	err = fmt.Errorf("attach to %s at %s+%#x: %w", site.probe, site.Path, site.Note.FileOffset, err)
	if s.options.Skipped == nil || concernsAll(err) {
		return err
	}
	s.options.Skipped(site.Site, err)
	s.skipped = err
	return nil
}
