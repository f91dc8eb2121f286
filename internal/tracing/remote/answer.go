package remote

import (
	"context"
	"errors"
	"io"
	"time"
)

// errSilent says that an answer has not gone on after its header.
var errSilent = errors.New("has begun to answer, and does not go on; is it stopped, or no " +
	"program that imports stapsdt/stapsdthttp?")

// An answer is what a program says after the header. Reading it fails with errSilent when begun is
// not called in time.
type answer struct {
	io.ReadCloser
	ctx    context.Context // of the request
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func newAnswer(
	ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser, patience time.Duration,
) *answer {
	timer := time.AfterFunc(patience, func() { cancel(errSilent) })
	return &answer{body, ctx, cancel, timer}
}

// begun says that what comes now may take any time.
func (a *answer) begun() { a.timer.Stop() }

func (a *answer) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err != nil && errors.Is(context.Cause(a.ctx), errSilent) {
		err = errSilent
	}
	return n, err
}

func (a *answer) Close() error {
	a.timer.Stop()
	defer a.cancel(nil)
	return a.ReadCloser.Close()
}
