package command

import "testing"

// TestConfigState: a configuration is read once it does not change any more.
func TestConfigState(t *testing.T) {
	s := configState{read: "a"}
	for i, step := range []struct {
		now   string
		isDue bool
	}{
		{"a", false}, {"a", false},
		{"b", false}, {"c", false}, {"c", true},
		{"c", true}, // it changed while it was read
		{"d", false}, {"a", false}, {"a", false},
	} {
		if got := s.isDue(step.now); got != step.isDue {
			t.Errorf("step %d, %s: %t", i, step.now, got)
		}
	}
}
