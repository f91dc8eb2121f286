package process

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// A failure is an error on its way from a server to its client.
type failure struct {
	Text      string
	OfProcess bool // it is an Error
	PID       int
	Reason    string
	Remedy    string
	Matches   []int // indexes in sentinels
}

// sentinels are the errors that clients may ask for.
var sentinels = []error{
	fs.ErrPermission, fs.ErrNotExist, sdtnote.ErrNotELF, sdtnote.ErrFormat, errors.ErrUnsupported,
	ErrNotRegular, ErrBeingWritten, ErrNoLease, errNoAnswer, unix.ESRCH,
}

func newFailure(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Text: err.Error()}
	for i, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			f.Matches = append(f.Matches, i)
		}
	}
	var ofProcess *Error
	if errors.As(err, &ofProcess) {
		f.OfProcess, f.PID = true, ofProcess.PID
		f.Reason, f.Remedy = ofProcess.Reason, ofProcess.Remedy
	}
	return f
}

// err returns the error again. A nil failure is no error.
func (f *failure) err() error {
	if f == nil {
		return nil
	}
	served := servedError{text: f.Text}
	for _, i := range f.Matches {
		if 0 <= i && i < len(sentinels) {
			served.matches = append(served.matches, sentinels[i])
		}
	}
	if f.OfProcess {
		return &Error{PID: f.PID, Reason: f.Reason, Remedy: f.Remedy, Err: served}
	}
	return served
}

type servedError struct {
	text    string
	matches []error
}

func (e servedError) Error() string   { return e.text }
func (e servedError) Unwrap() []error { return e.matches }
