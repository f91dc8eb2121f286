package uprobe

import (
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// TestSiteOffset: the engine attaches to the no-op behind the site only in a kernel that replaces
// that form best.
func TestSiteOffset(t *testing.T) {
	const nop, nop5, nop10 = probesite.Nop, probesite.Nop5, probesite.Nop10
	for _, test := range []struct {
		behind, best probesite.Form
		want         uint64
	}{
		{nop, nop, 64}, {nop, nop5, 64}, {nop, nop10, 64},
		{nop10, nop, 64}, {nop10, nop5, 64}, {nop10, nop10, 65}, {nop5, nop5, 65},
	} {
		s := Site{Note: sdtnote.Note{Machine: elf.EM_X86_64, FileOffset: 64}, Behind: test.behind}
		if got := s.offset(test.best); got != test.want {
			t.Errorf("%v behind the site, %v is best: %d, want %d", test.behind, test.best, got, test.want)
		}
	}
}
