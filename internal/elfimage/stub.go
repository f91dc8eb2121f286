package elfimage

// putStubs fills a slot for each probe: the site, a return behind it, and nothing that could be run.
func (im *image) putStubs() {
	var slot [SlotSize]byte
	for i := range slot {
		slot[i] = im.target.filler
	}
	n := copy(slot[:], im.site)
	copy(slot[n:], im.target.ret)

	im.begin(text)
	for range im.probes {
		im.out = append(im.out, slot[:]...)
	}
}

// stubAddr returns the address of the stub of probe i, which begins with its site.
func (im *image) stubAddr(i int) uint64 {
	return im.sections[text].Addr + uint64(i)*SlotSize
}
