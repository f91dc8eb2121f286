package elfimage

// putStubs fills a slot for each probe: the landing, the site, the return instruction, and bytes
// that trap.
func (im *image) putStubs() {
	var slot [SlotSize]byte
	for i := range slot {
		slot[i] = im.machine.filler
	}
	n := copy(slot[:], im.machine.landing)
	n += copy(slot[n:], im.site)
	copy(slot[n:], im.machine.ret)

	im.begin(text)
	for range im.probes {
		im.out = append(im.out, slot[:]...)
	}
}

// entry returns the address that the note and the symbol of probe i have, and the size in bytes of
// the code from there on: the probe's stub, which begins with the site, or in an image for gdb the
// landing and the stub.
func (im *image) entry(i int) (addr, size uint64) {
	landing := uint64(len(im.machine.landing))
	addr = im.sections[text].addr + uint64(i)*SlotSize
	size = uint64(len(im.site) + len(im.machine.ret))
	if im.forGDB {
		return addr, landing + size
	}
	return addr + landing, size
}
