package elfimage_test

import (
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// FuzzRecognize recognizes any image, and does not when a field of one note has been changed.
func FuzzRecognize(f *testing.F) {
	f.Add(uint8(0), "shop", []byte("order_start\norder_end"), []byte{2, 3, 7},
		uint8(1), uint8(2), int64(-1))
	f.Add(uint8(3), "p", []byte("a"), []byte{}, uint8(0), uint8(0), int64(1<<32))
	f.Fuzz(func(t *testing.T, form uint8, provider string, names, args []byte,
		note, field uint8, change int64) {
		spec := specOf(form, provider, names, args)
		places := placesOf(t, build(t, spec))
		if got := elfimage.Recognize(spec.Machine, places); got != (len(spec.Probes) > 0) {
			t.Fatalf("%d notes, recognized %t", len(places), got)
		}
		if len(places) == 0 || change == 0 {
			return
		}
		p := &places[int(note)%len(places)]
		changed := []*uint64{&p.Location, &p.Offset, &p.Base}[field%3]
		before := *changed
		*changed += uint64(change)
		page := uint64(64 << 10)
		if len(elfimage.Landing(spec.Machine)) == 1 {
			page = 4 << 10
		}
		// Sites begin at the page after the base, so the only note may have any base before that.
		isSamePage := changed == &p.Base && len(places) == 1 && *changed/page == before/page &&
			*changed != 0
		if got := elfimage.Recognize(spec.Machine, places); got != isSamePage {
			t.Errorf("field %d of %d notes changed by %d, recognized %t", field%3, len(places), change, got)
		}
	})
}
