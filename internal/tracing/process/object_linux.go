package process

import "github.com/go-usdt/usdt/internal/sdtnote"

// An Object is a file with probes that a process has mapped where uprobes work: executable, private and
// not writable.
type Object struct {
	PID       int
	Comm      string // the process's command name; any bytes
	Container string // the first 12 digits of the id of the process's container, empty without

	// Name is the path that the file was mapped by, as /proc/PID/maps has it, without the mark of what
	// is deleted: /usr/lib/libc.so.6, /memfd:libstapsdt:shop. Any bytes.
	Name    string
	Deleted bool // the name does not lead to the file any more, or never did, as that of a memfd

	// Path opens the file from the calling process, and is what tracers are given. Where it begins with
	// /proc/PID it lasts as long as the process, and /proc/PID/map_files no longer than the mapping.
	Path string

	// Dev and Inode are those of stat(2). Objects that agree in both are one file.
	Dev, Inode uint64

	// Mappings are the executable ones, by address, at most 1024.
	Mappings []Mapping

	// Notes are shared by all objects of the file: do not change them.
	Notes []sdtnote.Note

	// Err says why there are no notes although the file may have probes: it is malformed, or may not
	// be read.
	Err error

	proc  string    // the directory of the process in /proc, or of one of its threads
	sites siteCodes // of the notes
	data  []Mapping // the writable private mappings, at most as many
}

// A process can map a file as often as it likes, to have us look everywhere for each of its notes.
const (
	maxMappings  = 1024 // of a file in a process
	maxAddresses = 16   // of a site
)

// Addresses returns where the site of one of o's notes is in the memory of the process, more than once when
// the file is mapped several times, at most 16 times. An address less n.Address is the load bias, with which one gets from
// link-time addresses to those of the process.
func (o *Object) Addresses(n sdtnote.Note) []uint64 { return addressesOf(n.FileOffset, o.Mappings) }

func addressesOf(offset uint64, mappings []Mapping) []uint64 {
	var addresses []uint64
	for _, m := range mappings {
		if address, ok := m.address(offset); ok {
			addresses = append(addresses, address)
		}
		if len(addresses) == maxAddresses {
			break
		}
	}
	return addresses
}

// SemaphoreAddresses returns where the semaphore of one of o's notes is in the memory of the process, none
// without a semaphore.
func (o *Object) SemaphoreAddresses(n sdtnote.Note) []uint64 {
	if n.SemaphoreOffset == 0 {
		return nil
	}
	return addressesOf(n.SemaphoreOffset, o.data)
}
