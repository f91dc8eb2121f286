package stapsdthttp

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// How long a client may take. Meanwhile events wait in the buffer, and are lost when it is full.
var (
	stallTime = time.Minute      // for what is written at once
	graceTime = 10 * time.Second // for what is left, when the time is over
)

// answer is one that takes some time.
type answer struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	client     context.Context // is done when the client has gone away
	ctx        context.Context // is done then, and when the time is over
	cancel     func()
	end        time.Time
}

// begin answers with a header at once, so that the client knows that it misses nothing from now on.
// Limits that the server has set for shorter answers do not count. The caller closes the answer.
func begin(w http.ResponseWriter, r *http.Request, length time.Duration, contentType string,
) (*answer, error) {
	a := &answer{w: w, controller: http.NewResponseController(w), client: r.Context()}
	a.end = time.Now().Add(length)
	ctx, cancel := untilShutdown(r)
	ctx, cancelTime := context.WithDeadline(ctx, a.end)
	a.ctx, a.cancel = ctx, func() { cancelTime(); cancel() }
	// Not every server and middleware has deadlines; those that have none do not set any.
	_ = a.controller.SetReadDeadline(time.Time{})
	a.setDeadline()
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Accel-Buffering", "no") // proxies are to pass on each line as it comes
	w.WriteHeader(http.StatusOK)
	if err := a.controller.Flush(); errors.Is(err, http.ErrNotSupported) {
		// What is written comes when the answer is complete.
		return a, nil
	} else if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *answer) close() { a.cancel() }

// finish says that the time is over, if it is not yet: the server shuts down.
func (a *answer) finish() {
	if now := time.Now(); now.Before(a.end) {
		a.end = now
	}
}

// isGone reports whether the client has gone away.
func (a *answer) isGone() bool { return a.client.Err() != nil }

func (a *answer) setDeadline() {
	deadline := time.Now().Add(stallTime)
	if last := a.end.Add(graceTime); last.Before(deadline) {
		deadline = last
	}
	_ = a.controller.SetWriteDeadline(deadline)
}

// write writes at once. After an error, the client is gone or too slow.
func (a *answer) write(data []byte) error {
	a.setDeadline()
	if _, err := a.w.Write(data); err != nil {
		return err
	}
	if err := a.controller.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
