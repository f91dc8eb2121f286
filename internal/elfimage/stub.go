package elfimage

// putStubs fills a slot for each probe: the landing, the site, a return behind it, and nothing that could
// be run.
func (im *image) putStubs() {
	var slot [SlotSize]byte
	for i := range slot {
		slot[i] = im.target.filler
	}
	n := copy(slot[:], im.target.landing)
	n += copy(slot[n:], im.site)
	copy(slot[n:], im.target.ret)

	im.begin(text)
	for range im.probes {
		im.out = append(im.out, slot[:]...)
	}
}

// entry returns where the notes and symbols of probe i lead, and the size in bytes of what is to be run there:
// its stub, which begins with the site, or all of its slot from the landing on.
func (im *image) entry(i int) (addr, size uint64) {
	landing := uint64(len(im.target.landing))
	addr = im.sections[text].addr + uint64(i)*SlotSize
	size = uint64(len(im.site) + len(im.target.ret))
	if im.forGDB {
		return addr, landing + size
	}
	return addr + landing, size
}
