//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/imagefile"
	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// slotBlock is the block of slots in the text of the program: see package block.
type slotBlock struct {
	address unsafe.Pointer
	print   func()

	once    sync.Once
	entries map[embeddedProbe]entry // that the notes of the program's file lead to
	err     error                   // why they could not be read
}

// embeddedProbe is what a note says of a probe. A declared probe enters the slot of a note that
// says the same.
type embeddedProbe struct{ provider, name, operands string }

// entry is where a probe is entered, and the word there while nobody is attached.
type entry struct {
	address unsafe.Pointer
	idle    entryWord
}

// UseSlots is called by package static, which has a block of slots at that address. From then on
// each Load looks first which probes have a note in the program's file.
func UseSlots(address unsafe.Pointer) {
	if landing == 0 { // Fire enters images of an installed libstapsdt in another way
		return
	}
	b := &slotBlock{address: address, print: printDeclarations}
	enter := b.enter
	enterEmbedded.Store(&enter)
}

// enter lets those of probes that have a note in the program's file enter their slots, and returns
// the others. An operator who has chosen a backing wants images.
func (b *slotBlock) enter(p *Provider, probes []*Probe) (others []*Probe) {
	if linux.SecureGetenv("STAPSDT_BACKING") != "" {
		return probes
	}
	b.once.Do(func() { b.entries, b.err = b.read() })
	if b.err != nil {
		p.skipped = []error{b.err}
		return probes
	}
	im := &loadedImage{path: "/proc/" + strconv.Itoa(os.Getpid()) + "/exe"}
	for _, probe := range probes {
		operands := elfimage.Operands(probesite.Host, probe.sizes)
		e, ok := b.entries[embeddedProbe{p.name, probe.name, operands}]
		if !ok {
			others = append(others, probe)
			continue
		}
		im.probes = append(im.probes, probe)
		probe.image = im
		probe.setSite(e.address, e.idle)
	}
	if len(im.probes) > 0 {
		p.images = append(p.images, im)
	}
	return others
}

// read reads the notes of the program's file, as a tracer does, and returns the entries of those
// that lead to slots of this block: the file may have probes of C, or of a second copy of this
// module.
func (b *slotBlock) read() (map[embeddedProbe]entry, error) {
	file, err := imagefile.Open("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("read the notes of the program: %w", err)
	}
	defer file.Close()
	bias, err := loadBias(file)
	if err != nil {
		return nil, fmt.Errorf("find where the program is loaded: %w", err)
	}
	size := block.SlotSize(probesite.Host)
	first := uint64(uintptr(b.address)) - bias
	entries := make(map[embeddedProbe]entry)
	err = sdtnote.Each(file, func(n sdtnote.Note) {
		offset := n.Address - first
		at, behind, ok := block.Entry(probesite.Host, offset%size)
		if !ok || offset < size || offset >= block.Slots*size {
			return
		}
		code := append(elfimage.Landing(probesite.Host), behind.Code(probesite.Host)...)
		entries[embeddedProbe{n.Provider, n.Name, n.Args}] = entry{
			unsafe.Add(b.address, offset-offset%size+at), entryWordOf(code)}
	})
	return entries, err
}

// loadBias returns what to add to the addresses in the program's file. The kernel tells where the
// program headers are, which are in a segment like everything else.
func loadBias(file *os.File) (uint64, error) {
	address, ok := linux.ProgramHeaders()
	if !ok {
		return 0, errors.New("the auxiliary vector cannot be read")
	}
	const headerSize, segmentSize, load = 64, 56, 1 // Elf64_Ehdr, Elf64_Phdr, PT_LOAD
	var header [headerSize]byte
	if _, err := file.ReadAt(header[:], 0); err != nil {
		return 0, err
	}
	table := binary.LittleEndian.Uint64(header[32:])
	segments := make([]byte, segmentSize*int(binary.LittleEndian.Uint16(header[56:])))
	// #nosec G115 -- a negative offset is refused
	if _, err := file.ReadAt(segments, int64(table)); err != nil {
		return 0, err
	}
	for ; len(segments) > 0; segments = segments[segmentSize:] {
		field := func(at int) uint64 { return binary.LittleEndian.Uint64(segments[at:]) }
		offset, fileSize := field(8), field(32)
		if binary.LittleEndian.Uint32(segments) == load && table-offset < fileSize {
			return address - (field(16) + table - offset), nil
		}
	}
	return 0, errors.New("no segment has the program headers")
}
