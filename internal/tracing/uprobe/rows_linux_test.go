package uprobe

import "testing"

// TestRoomForRows: the room for rows follows that for groups, and its memory has a limit.
func TestRoomForRows(t *testing.T) {
	for _, test := range []struct{ groups, cpus, want int }{
		{1, 2, 2048},
		{100, 2, 2048},
		{200, 2, 3200},
		{2000, 2, 32000},
		{8192, 2, 87381}, // 32 MiB
		{MaxGroups, 2, 87381},
		{0, 2, 96 << 10},
		{2000, 64, 3421},
		{2000, 256, 2048},
		{20_000, 64, 13684},
		{0, 64, 13684},
		{0, 1024, 8 << 10},
	} {
		if got := mostGroupRows(test.groups, test.cpus); got != test.want {
			t.Errorf("%d groups, %d processors: got %d, want %d",
				test.groups, test.cpus, got, test.want)
		}
	}
}

// TestRowForEachGroup: with any number of processors, each group that is asked for can have a row,
// as long as rows take no more memory than those of a tracing that asks for all.
func TestRowForEachGroup(t *testing.T) {
	for cpus := 1; cpus <= 256; cpus++ {
		all := mostGroupRows(0, cpus)
		for _, groups := range []int{1, 20, 200, 2000, 4096, leastRows, 20_000, MaxGroups} {
			if got := mostGroupRows(groups, cpus); got < min(groups, all) || got > all {
				t.Errorf("%d groups, %d processors: %d rows, of %d", groups, cpus, got, all)
			}
		}
		if memory := all * 8 * rowWords * cpus; all > leastRows && memory > rowsBytes {
			t.Errorf("%d processors: %d rows take %d bytes", cpus, all, memory)
		}
	}
}
