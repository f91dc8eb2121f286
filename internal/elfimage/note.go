package elfimage

// Formats: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation has the description
// in a probe's note, "Note Section" of the System V ABI what encloses it and the build ID.
const (
	noteHeader = 12 // three words: the sizes of owner and description, and the type
	noteAlign  = 4

	probeOwner      = "stapsdt\x00"
	probeType       = 3
	probeNoteHeader = noteHeader + uint64(len(probeOwner))

	buildIDOwner  = "GNU\x00"
	buildIDType   = 3 // NT_GNU_BUILD_ID
	buildIDOffset = noteHeader + uint64(len(buildIDOwner))
	digestSize    = 16
)

// putNoteHeader writes what precedes a description of size bytes.
func (im *image) putNoteHeader(owner string, size uint64, typ uint32) {
	im.put32(uint32(len(owner)), uint32(size), typ)
	im.out = append(im.out, owner...)
}

func (im *image) putNotes() {
	im.begin(notes)
	for i, p := range im.probes {
		size := im.descriptionSize(p)
		location, _ := im.entry(i)
		im.putNoteHeader(probeOwner, size, probeType)
		// There is no semaphore: the code itself tells whether a tracer is attached.
		im.put64(location, im.sections[base].addr, 0)
		im.putString(im.provider)
		im.putString(p.name)
		im.putString(p.args)
		im.seek(roundUp(uint64(len(im.out)), noteAlign))
	}
}

// descriptionSize is the size that the note of p states, without its padding.
func (im *image) descriptionSize(p probe) uint64 {
	const addrs, nuls = 3 * 8, 3
	return addrs + uint64(len(im.provider)+len(p.name)+len(p.args)) + nuls
}

// putBuildID leaves the build ID itself zero, for setBuildID.
func (im *image) putBuildID() {
	im.begin(buildID)
	im.putNoteHeader(buildIDOwner, digestSize, buildIDType)
}
