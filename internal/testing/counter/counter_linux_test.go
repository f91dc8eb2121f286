package counter

import "testing"

func TestOpenErrors(t *testing.T) {
	if c, err := Open("/nonexistent", 0); err == nil {
		t.Error("attached to a file that does not exist")
		c.Close()
	}
}
