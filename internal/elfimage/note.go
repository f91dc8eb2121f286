package elfimage

// Formats: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation has the descriptor
// of a probe's note, "Note Section" of the System V ABI what encloses it and the build ID.
const (
	noteHeader = 12 // three words: the sizes of owner and descriptor, and the type
	noteAlign  = 4

	probeOwner      = "stapsdt\x00"
	probeType       = 3
	probeNoteHeader = noteHeader + uint64(len(probeOwner))

	buildIDOwner  = "GNU\x00"
	buildIDType   = 3 // NT_GNU_BUILD_ID
	buildIDOffset = noteHeader + uint64(len(buildIDOwner))
	digestSize    = 16
)

// putNoteHeader writes what precedes a descriptor of size bytes.
func (w *writer) putNoteHeader(owner string, size uint64, typ uint32) {
	w.put32(uint32(len(owner)), uint32(size), typ) // #nosec G115 -- layOut keeps images small
	w.out = append(w.out, owner...)
}

func (w *writer) putNotes() {
	w.begin(notes)
	for i, p := range w.probes {
		size := w.descriptorSize(p)
		address, _ := w.location(i)
		w.putNoteHeader(probeOwner, size, probeType)
		// There is no semaphore: the code itself tells whether a tracer is attached.
		w.put64(address, w.sections[base].addr, 0)
		w.putString(w.provider)
		w.putString(p.Name)
		w.out = w.machine.appendOperands(w.out, p.Args)
		w.putString("")
		w.seek(roundUp(uint64(len(w.out)), noteAlign))
	}
}

// descriptorSize is the size that the note of p states, without its padding.
func (w *writer) descriptorSize(p Probe) uint64 {
	const addrs, nuls = 3 * 8, 3
	var room [MaxArgs * len("-8@%rdi ")]byte
	operands := w.machine.appendOperands(room[:0], p.Args)
	return addrs + uint64(len(w.provider)+len(p.Name)+len(operands)) + nuls
}

// putBuildID leaves the build ID itself zero, for setBuildID.
func (w *writer) putBuildID() {
	w.begin(buildID)
	w.putNoteHeader(buildIDOwner, digestSize, buildIDType)
}
