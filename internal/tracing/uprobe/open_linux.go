package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cilium/ebpf"

	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// An openKey says to which end a start belongs.
type openKey struct{ Process, Key uint64 }

// openStarts are the starts that wait for their ends, as a map by openKey. A value begins with the
// time of the start. The time is 0 if the filter has hidden the start: its end must be told from
// one without a start, and a start before it with the same key is over.
//
// When the map is full, those make room that have not been used for longest (LRU). The kernel
// keeps some places free for each processor, so it is full a little earlier than its size says.
type openStarts struct {
	*ebpf.Map
	room int // for how many there is, about
}

func (s *session) newOpenStarts() (openStarts, error) {
	m, err := s.newMap(&ebpf.MapSpec{
		Name: "usdt_open", Type: ebpf.LRUHash, KeySize: 16, ValueSize: 8, MaxEntries: reading.MaxOpen,
	})
	return openStarts{m, reading.MaxOpen}, err
}

// count returns how many starts there are, but for hidden ones. While starts come and go, it may be
// too high, but not too low.
func (o openStarts) count() (uint64, error) {
	var (
		key   openKey
		value []byte
		n     uint64
	)
	entries := o.Iterate()
	for entries.Next(&key, &value) {
		if binary.NativeEndian.Uint64(value) != 0 {
			n++
		}
	}
	switch err := entries.Err(); {
	case errors.Is(err, ebpf.ErrIterationAborted):
		return uint64(o.room), nil // the kernel began anew where a start had gone // #nosec G115
	case err != nil:
		return 0, fmt.Errorf("read open starts: %w", err)
	}
	return n, nil
}
