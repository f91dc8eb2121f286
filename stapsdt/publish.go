//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"os"
	"runtime"
	"unsafe"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/probesite"
)

// machine is the one that images are made for.
var machine = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]

// order says what to publish and where. publishImage, which carries it out, is the only
// difference between the builds with and without cgo.
type order struct {
	provider string
	probes   []*Probe
	site     []byte // the instruction at the sites
	path     string // of the named file, "" for a memfd
}

// spec is the image's for elfimage.
func (o order) spec() elfimage.Spec {
	s := elfimage.Spec{Machine: machine, Provider: o.provider, Site: o.site}
	for _, probe := range o.probes {
		s.Probes = append(s.Probes, elfimage.Probe{Name: probe.name, Args: probe.sizes})
	}
	return s
}

// publication is an image where tracers can find it.
type publication struct {
	file     *os.File     // the image, open for reading
	path     string       // for tracers
	withdraw func() error // undoes it, but for closing file
	order    order
}

// chooseSite returns the form of the sites, the same for the life of the process.
func chooseSite() (probesite.Form, error) {
	if !sitesChoosable {
		return probesite.Nop, nil
	}
	return probesite.Choose()
}

// idleWord returns what is at the entry of every probe. Where no form can be chosen, Load says why.
func idleWord() entryWord {
	form, err := chooseSite()
	if err != nil {
		return 0
	}
	return entryWordOf(append(elfimage.Landing(machine)[:landing], form.Code(machine)...))
}

// entryWordOf returns the word that code begins with.
func entryWordOf(code []byte) (w entryWord) {
	for i := range unsafe.Sizeof(w) {
		w |= entryWord(code[i]) << (8 * i)
	}
	return w
}

// publish publishes an image of probes as options, environment and kernel ask.
func (p *Provider) publish(probes []*Probe) (publication, error) {
	form, err := chooseSite()
	if err != nil {
		return publication{}, err
	}
	p.site = form.String()
	o := order{provider: p.name, probes: probes, site: form.Code(machine)}
	backing, err := p.chooseBacking()
	if err != nil {
		return publication{}, err
	}
	if backing == File {
		if o.path, err = p.chooseFile(); err != nil {
			return publication{}, err
		}
	}
	pub, err := publishImage(o)
	pub.order = o
	return pub, err
}

// chooseFile returns the path of a new named file, in a directory free of what others left.
func (p *Provider) chooseFile() (string, error) {
	dir, skipped, err := imagefile.Dir(
		imagefile.Candidate{Path: p.dir, Required: true},
		imagefile.Candidate{Path: os.Getenv("STAPSDT_DIR"), Required: true},
		imagefile.Candidate{Path: os.Getenv("XDG_RUNTIME_DIR")},
		imagefile.Candidate{Path: os.TempDir()},
	)
	p.skipped = skipped
	if err != nil {
		return "", err
	}
	if err := imagefile.RemoveStale(dir); err != nil {
		p.skipped = append(p.skipped, err)
	}
	return imagefile.Path(dir, p.name), nil
}
