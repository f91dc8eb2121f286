package otlp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
)

// foreign is like the type of the SDK's exporters.
type foreign struct {
	ErrorMessage  string
	RejectedItems int64
}

func (foreign) Error() string { return "partial success" }

func TestRejected(t *testing.T) {
	part := foreign{RejectedItems: 3}
	for _, c := range []struct {
		err     error
		n       int
		partial bool
	}{
		{nil, 0, false},
		{errors.New("down"), 0, false},
		{part, 3, true},
		{fmt.Errorf("upload: %w", errors.Join(nil, fmt.Errorf("traces: %w", part))), 3, true},
		{errors.Join(part, errors.New("down")), 0, false},
		{fmt.Errorf("%w: %w", errors.New("down"), part), 0, false},
	} {
		if n, partial := rejected(c.err); n != c.n || partial != c.partial {
			t.Errorf("%v: %d, %v", c.err, n, partial)
		}
	}
}

func TestPersist(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	calls := 0
	err := persist(t.Context(), func() error {
		if calls++; calls < 3 {
			return fmt.Errorf("post: %w", refused)
		}
		return errors.New("not found") // the receiver is there, and says no
	})
	if calls != 3 || err == nil || err.Error() != "not found" {
		t.Errorf("%d calls, then %v", calls, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := persist(ctx, func() error { return refused }); !errors.Is(err, refused) {
		t.Errorf("without time: %v", err)
	}
}
