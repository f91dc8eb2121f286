package elfimage

// putStubs fills a slot for each probe: the landing, the site, the return instruction, and around
// them bytes that trap.
func (w *writer) putStubs() {
	var slot [SlotSize]byte
	for i := range slot {
		slot[i] = w.machine.filler
	}
	n := w.lead()
	n += copy(slot[n:], w.machine.landing)
	n += copy(slot[n:], w.site)
	copy(slot[n:], w.machine.ret)

	w.begin(text)
	for range w.probes {
		w.out = append(w.out, slot[:]...)
	}
}

// lead returns where in a slot the landing is. Sites of all sizes end at one place, so no two sizes
// begin at one. When a tracer is killed while the kernel detaches it, the kernel may keep its
// uprobe, with the length of the instruction, under the address of the file's inode. A later file
// whose inode gets this address inherits it, and a program that is traced there goes on behind an
// instruction of that length.
func (w *writer) lead() int { return w.machine.longest - len(w.site) }

// location returns the address that the note and the symbol of probe i have, and the size in bytes
// of the code from there on: the probe's stub, which begins with the site, or in an image for gdb
// the landing and the stub.
func (w *writer) location(i int) (addr, size uint64) {
	landing := uint64(len(w.machine.landing))
	addr = w.sections[text].addr + uint64(i)*SlotSize + uint64(w.lead()) // #nosec G115 -- some bytes
	size = uint64(len(w.site) + len(w.machine.ret))
	if w.forGDB {
		return addr, landing + size
	}
	return addr + landing, size
}
