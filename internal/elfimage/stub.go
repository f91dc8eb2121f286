package elfimage

// putStubs fills a slot for each probe: the landing, the site, the return instruction, and bytes
// that trap.
func (w *writer) putStubs() {
	var slot [SlotSize]byte
	for i := range slot {
		slot[i] = w.machine.filler
	}
	n := copy(slot[:], w.machine.landing)
	n += copy(slot[n:], w.site)
	copy(slot[n:], w.machine.ret)

	w.begin(text)
	for range w.probes {
		w.out = append(w.out, slot[:]...)
	}
}

// location returns the address that the note and the symbol of probe i have, and the size in bytes
// of the code from there on: the probe's stub, which begins with the site, or in an image for gdb
// the landing and the stub.
func (w *writer) location(i int) (addr, size uint64) {
	landing := uint64(len(w.machine.landing))
	addr = w.sections[text].addr + uint64(i)*SlotSize
	size = uint64(len(w.site) + len(w.machine.ret))
	if w.forGDB {
		return addr, landing + size
	}
	return addr + landing, size
}
