//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"
	"sync"
	"unsafe"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/internal/probesite"
)

// publishRequest says what to publish and where. publish, which carries it out, is the only
// difference between the builds with and without cgo.
type publishRequest struct {
	probes []*Probe
	image  elfimage.Spec // of the probes, without signatures
	path   string        // of the named file, "" for a memfd
}

// specOf returns what an image of the provider with these probes is made of.
func (p *Provider) specOf(probes []*Probe, site probesite.Form) elfimage.Spec {
	s := elfimage.Spec{Machine: probesite.Host, Provider: p.name, Site: site.Code(probesite.Host)}
	s.Probes = make([]elfimage.Probe, 0, len(probes))
	for _, probe := range probes {
		s.Probes = append(s.Probes, elfimage.Probe{Name: probe.name, Args: probe.sizes})
	}
	return s
}

// publication is an image where tracers can find it.
type publication struct {
	file     *os.File     // the image, open for reading
	path     string       // of the image, for tracers
	withdraw func() error // undoes the publication; file stays open
}

// request combines the choices of the options, the environment and the kernel. A program with more
// rights than the user who started it gets a memfd where no named file would be safe from that
// user.
func (p *Provider) request(probes []*Probe) (publishRequest, error) {
	r := publishRequest{probes: probes}
	form, err := chooseSite()
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrArgs, err)
	}
	p.site = form.String()
	r.image = p.specOf(probes, form)
	backing, err := p.chooseBacking()
	if err != nil {
		return r, err
	}
	if backing == FileBacking {
		if r.path, err = p.chooseFile(); err != nil && linux.Secure() {
			p.skipped = []error{err}
			return r, nil
		}
	}
	return r, err
}

// chooseFile returns the path of a new named file. The first of a directory comes after the removal
// of what dead processes left there.
func (p *Provider) chooseFile() (string, error) {
	dir, skipped, err := imagefile.Dir(p.directories()...)
	p.skipped = append(p.skipped, skipped...)
	if err != nil {
		return "", err
	}
	if err := imagefile.RemoveStale(dir); err != nil {
		p.skipped = append(p.skipped, err)
	}
	return imagefile.Path(dir, p.name), nil
}

// chooseSite returns the form of the sites, the same for the life of the process. The error is
// about the environment variable STAPSDT_SITE.
func chooseSite() (probesite.Form, error) {
	if !sitesChoosable {
		return probesite.Nop, nil
	}
	return probesite.Choose()
}

var idle struct {
	once sync.Once
	word entryWord
}

// idleWord returns the word at the entry of every probe of an image that nobody traces. It is 0 if
// no form of the sites can be chosen; then Load says why.
func idleWord() entryWord {
	idle.once.Do(func() {
		if form, err := chooseSite(); err == nil {
			code := elfimage.Landing(probesite.Host)[:landing]
			idle.word = entryWordOf(append(code, form.Code(probesite.Host)...))
		}
	})
	return idle.word
}

// entryWordOf returns the word that code begins with.
func entryWordOf(code []byte) entryWord {
	_ = code[unsafe.Sizeof(entryWord(0))-1]
	return *(*entryWord)(unsafe.Pointer(unsafe.SliceData(code)))
}
