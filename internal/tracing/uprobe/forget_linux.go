package uprobe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
)

// Forget makes room: it removes the groups of which no more hits can come, such as those of
// processes that have ended, with what they have counted. It is called after Read.
func (d *Distribution) Forget(isOver func(key []KeyValue) bool) error {
	if d.groups == nil {
		return nil
	}
	over, err := d.groups.over(nil, isOver)
	if err != nil {
		return err
	}
	return errors.Join(d.counts.forget(over), d.groups.forget(over))
}

// Forget is as that of a Distribution; the keys have the values of the start.
func (l *Latency) Forget(isOver func(ofStart []KeyValue) bool) error {
	g := l.groups
	if g.starts == nil {
		return nil
	}
	starts, err := g.starts.over(nil, isOver)
	if err != nil {
		return err
	}
	over := starts
	if g.ends != nil {
		over, err = g.ends.over(starts, func([]KeyValue) bool { return false })
		if err != nil {
			return err
		}
	}
	err = errors.Join(l.counts.forget(over), g.ends.forget(over))
	return errors.Join(err, g.starts.forget(starts))
}

// overGroups are the keys of groups that are over, for each map of a table, by id.
type overGroups []map[uint64][]byte

func (o overGroups) has(id uint64) bool {
	for _, keys := range o {
		if _, has := keys[id]; has {
			return true
		}
	}
	return false
}

// over returns the groups that are over, and those of groups that are.
func (t *groupTable) over(
	of overGroups, isOver func(key []KeyValue) bool,
) (over overGroups, err error) {
	for i, m := range t.maps {
		found := make(map[uint64][]byte)
		err := t.each(m, func(key, id []byte) {
			if isNew(id) {
				return
			}
			first, values := t.layouts[i].decode(key)
			if of.has(uint64(first)) || isOver(values) { // #nosec G115 -- the same bits
				found[binary.NativeEndian.Uint64(id)] = bytes.Clone(key)
			}
		})
		if err != nil {
			return nil, fmt.Errorf("read groups: %w", err)
		}
		over = append(over, found)
	}
	return over, nil
}

// forget removes groups. What they have counted must be gone: another group can get the id.
func (t *groupTable) forget(over overGroups) error {
	if t == nil {
		return nil
	}
	for i, keys := range over {
		for _, key := range keys {
			if err := t.maps[i].Delete(key); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
				return fmt.Errorf("remove a group: %w", err)
			}
		}
	}
	return nil
}

// forget removes what groups have counted.
func (c *valueCounts) forget(over overGroups) error {
	var gone []rowKey
	if err := c.rows.read(c.session, func(k rowKey, _ []row) {
		if over.has(k.Group) {
			gone = append(gone, k)
		}
	}); err != nil {
		return err
	}
	rows, isOfGroups := c.rows.(groupRows)
	if !isOfGroups {
		return nil
	}
	for _, k := range gone {
		if err := rows.Delete(k); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
			return fmt.Errorf("remove counts: %w", err)
		}
	}
	for _, keys := range over {
		for id := range keys {
			if err := c.full.Delete(id); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
				return fmt.Errorf("remove counts: %w", err)
			}
		}
	}
	return nil
}
