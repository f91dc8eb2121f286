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
		{0, 64, 13684},
		{0, 1024, 8 << 10},
	} {
		if got := mostGroupRows(test.groups, test.cpus); got != test.want {
			t.Errorf("%d groups, %d processors: got %d, want %d",
				test.groups, test.cpus, got, test.want)
		}
	}
}
