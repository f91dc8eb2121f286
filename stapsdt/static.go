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
	print   func() // nobody calls it here, but the linker is to keep it: see package block

	mu      sync.Mutex
	entries map[string]entry // that the notes of the program's file lead to, nil if not read
}

// keyOf is what a note says of a probe, as a key of entries. A declared probe enters the slot of a
// note that says the same.
func keyOf(provider, name, operands string) string { return provider + ":" + name + " " + operands }

// entry is where a probe is entered, and the word there while nobody is attached.
type entry struct {
	address unsafe.Pointer
	idle    entryWord
}

// UseSlots is for package static alone, which has a block of slots at that address. From then on
// each Load looks first which probes have a note in the program's file. Providers that the
// initialization of other packages has loaded by now are loaded anew.
func UseSlots(address unsafe.Pointer) {
	if landing == 0 { // Fire enters images of an installed libstapsdt in another way
		return
	}
	b := &slotBlock{address: address, print: printDeclarations}
	enter := b.enter
	enterEmbedded.Store(&enter)
	for _, p := range Providers() {
		if p.Loaded() {
			_, _ = p.Unload(), p.Load() // Info has the error
		}
	}
}

// enter lets those of probes that have a note in the program's file enter their slots, and returns
// the others. An operator who has chosen a backing wants images.
func (b *slotBlock) enter(p *Provider, probes []*Probe) (others []*Probe) {
	if linux.SecureGetenv("STAPSDT_BACKING") != "" {
		return probes
	}
	entries, err := b.notes()
	if err != nil {
		p.skipped = append(p.skipped, err)
		return probes
	}
	im := &loadedImage{path: "/proc/" + strconv.Itoa(os.Getpid()) + "/exe"}
	for _, probe := range probes {
		operands := elfimage.Operands(probesite.Host, probe.sizes)
		e, ok := entries[keyOf(p.name, probe.name, operands)]
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

// notes returns what read does. The file is read once, but a failure may pass: if no descriptor is
// left, for instance.
func (b *slotBlock) notes() (_ map[string]entry, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.entries == nil {
		b.entries, err = b.read()
	}
	return b.entries, err
}

// read reads the notes of the program's file, as a tracer does, and returns the entries of those
// that lead to slots of this block: the file may have probes of C, or of a second copy of this
// module.
func (b *slotBlock) read() (map[string]entry, error) {
	file, err := imagefile.Open("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("read the notes of the program: %w", err)
	}
	defer file.Close()
	bias, ok := loadBias(file)
	if !ok {
		return nil, errors.New("read the notes of the program: it is not known where it is loaded")
	}
	size := block.SlotSize(probesite.Host)
	first := uint64(uintptr(b.address)) - bias
	entries := make(map[string]entry)
	err = sdtnote.Each(file, func(n sdtnote.Note) {
		offset := n.Address - first
		at, behind, ok := block.Entry(probesite.Host, offset%size)
		if !ok || offset < size || offset >= block.Slots*size {
			return
		}
		code := append(elfimage.Landing(probesite.Host), behind.Code(probesite.Host)...)
		entries[keyOf(n.Provider, n.Name, n.Args)] = entry{
			unsafe.Add(b.address, offset-offset%size+at), entryWordOf(code)}
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// loadBias returns what to add to the addresses in the program's file. The kernel tells where the
// program headers are, which are in a segment like everything else.
func loadBias(file *os.File) (bias uint64, ok bool) {
	address, ok := linux.ProgramHeaders()
	const headerSize, segmentSize, load = 64, 56, 1 // Elf64_Ehdr, Elf64_Phdr, PT_LOAD
	var header [headerSize]byte
	if _, err := file.ReadAt(header[:], 0); err != nil || !ok {
		return 0, false
	}
	table := binary.LittleEndian.Uint64(header[32:])
	segments := make([]byte, segmentSize*int(binary.LittleEndian.Uint16(header[56:])))
	_, err := file.ReadAt(segments, int64(table)) // #nosec G115 -- a negative offset is refused
	for ; err == nil && len(segments) > 0; segments = segments[segmentSize:] {
		field := func(at int) uint64 { return binary.LittleEndian.Uint64(segments[at:]) }
		offset, fileSize := field(8), field(32)
		if binary.LittleEndian.Uint32(segments) == load && table-offset < fileSize {
			return address - (field(16) + table - offset), true
		}
	}
	return 0, false
}
