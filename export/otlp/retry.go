package otlp

import (
	"context"
	"errors"
	"net"
	"reflect"
	"time"
)

const (
	firstPause = 250 * time.Millisecond
	maxPause   = 5 * time.Second
)

// persist calls export again while the receiver cannot be connected to, as far as the context
// lasts. The SDK's exporters try again what a receiver refuses for now, and those for gRPC this,
// too; those for HTTP return at once when a connection is refused, as it is while a receiver is
// being restarted.
func persist(ctx context.Context, export func() error) error {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := export()
		var dial *net.OpError
		if err == nil || !errors.As(err, &dial) || dial.Op != "dial" {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// rejected returns how many items a receiver has refused of a request that it has accepted, and
// false if err says something else. The SDK has a type for this in an internal package of each
// exporter.
func rejected(err error) (int, bool) {
	if v := reflect.ValueOf(err); v.Kind() == reflect.Struct {
		if f := v.FieldByName("RejectedItems"); f.IsValid() && f.CanInt() {
			return int(f.Int()), true
		}
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return rejected(err.Unwrap())
	case interface{ Unwrap() []error }:
		parts := err.Unwrap()
		if len(parts) == 1 { // with others beside it, the request as a whole has failed
			return rejected(parts[0])
		}
	}
	return 0, false
}
