package stapsdthttp

import (
	"container/list"
	"time"
)

// start is a start of a pair that waits for its end.
type start struct {
	key  uint64
	time time.Time

	group *group // by which it is grouped, as far as it has the values; nil if there is none

	// isHidden says that the filter has hidden the start: its end must be told from one without a
	// start, and a start before it with the same key is over.
	isHidden bool
}

// openStarts are the starts that wait for their ends. There is room for some; then the oldest make
// room.
type openStarts struct {
	room    int
	order   *list.List // of start, the oldest first
	byKey   map[uint64]*list.Element
	waiting uint64 // of them, those that are not hidden
	fellOut uint64 // of those, how many have made room
}

func newOpenStarts(room int) *openStarts {
	return &openStarts{room: room, order: list.New(), byKey: make(map[uint64]*list.Element)}
}

// put adds a start. It reports whether that replaces another one that is not hidden.
func (o *openStarts) put(s start) (replaces bool) {
	if before, ok := o.take(s.key); ok {
		replaces = !before.isHidden
	} else if o.order.Len() == o.room {
		if oldest, _ := o.take(o.order.Front().Value.(start).key); !oldest.isHidden {
			o.fellOut++
		}
	}
	o.byKey[s.key] = o.order.PushBack(s)
	if !s.isHidden {
		o.waiting++
	}
	return replaces
}

// take takes the start with a key away, if there is one.
func (o *openStarts) take(key uint64) (s start, ok bool) {
	element, ok := o.byKey[key]
	if !ok {
		return s, false
	}
	delete(o.byKey, key)
	s = o.order.Remove(element).(start)
	if !s.isHidden {
		o.waiting--
	}
	return s, true
}
