//go:build linux && (amd64 || arm64)

package linux

import (
	"encoding/binary"
	"os"
	"testing"
)

func TestHasSecure(t *testing.T) {
	const pageSize, secure = 6, 23 // AT_PAGESZ, AT_SECURE
	for _, test := range []struct {
		entries []uint64
		want    bool
	}{
		{[]uint64{pageSize, 4096, secure, 0, 0, 0}, false},
		{[]uint64{pageSize, 4096, secure, 1, 0, 0}, true},
		{[]uint64{pageSize, secure, secure, 0}, false},
		{[]uint64{pageSize, 4096}, true},
		{[]uint64{secure}, true},
		{nil, true},
	} {
		var vector []byte
		for _, word := range test.entries {
			vector = binary.LittleEndian.AppendUint64(vector, word)
		}
		if got := hasSecure(vector); got != test.want {
			t.Errorf("%v: %v, want %v", test.entries, got, test.want)
		}
	}
	if Secure() {
		t.Error("this process has more rights than its user")
	}
	if os.Geteuid() == 0 && !capable() {
		t.Error("root has no capabilities")
	}
}

func TestSecureGetenv(t *testing.T) {
	t.Setenv("LINUX_TEST_VARIABLE", "value")
	if got := SecureGetenv("LINUX_TEST_VARIABLE"); got != "value" {
		t.Errorf("the variable is %q", got)
	}
}
