//go:build amd64 || arm64

package process_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/elffile"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// writeProbe writes a file with a probe of the provider.
func writeProbe(t *testing.T, provider string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), provider)
	note := elffile.Note64(elffile.TextAddr, 0, 0, provider+"\x00n\x00\x00")
	file := elffile.New64(note).Bytes(t)
	if err := os.WriteFile(path, file, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, elffile.TextOff+int64(os.Getpagesize())); err != nil { // the site
		t.Fatal(err)
	}
	return path
}

// A file system that does not answer hides its own files, and no others. Whatever it is asked for,
// it can leave without an answer.
func TestReadProcessSilent(t *testing.T) {
	good := writeProbe(t, "answers")
	testenv.MapToExecute(t, good)
	for _, operation := range []string{"lookup", "getattr", "open", "read", "statfs", "flush"} {
		t.Run(operation, func(t *testing.T) {
			silent := testenv.StartSilentFS(t, writeProbe(t, "silent"))
			testenv.MapToExecute(t, silent.File)
			if o := objectOf(t, os.Getpid(), "silent"); o.Path != silent.File {
				t.Errorf("path %q while it answers, want %q", o.Path, silent.File)
			}
			silent.Silence(t, operation)
			patiently(t, func(r *process.Reader) error {
				for range 2 { // the second time it is not asked
					objects, err := r.Read(os.Getpid())
					if err = errors.Join(err, checkSilent(t, objects, good, silent.File)); err != nil {
						return err
					}
				}
				if operation == "statfs" { // which matters to tracing only
					return nil
				}
				_, err := r.ReadFile(silent.File)
				return checkNoAnswer(err, silent.File)
			})
			silent.AwaitSilence(t)
		})
	}
}

// patiently checks with Readers that wait for an answer ever longer, until a check holds: on a
// loaded machine, what answers can take its time, too.
func patiently(t *testing.T, check func(r *process.Reader) error) {
	t.Helper()
	for wait := 100 * time.Millisecond; ; wait *= 4 {
		r := new(process.Reader)
		r.SetWait(wait)
		err := check(r)
		if err == nil {
			return
		}
		if wait > time.Minute {
			t.Fatal(err)
		}
		t.Logf("with %v for an answer: %v", wait, err)
	}
}

// checkSilent checks that there are the probes of one file, and an error about the other.
func checkSilent(t *testing.T, objects []process.Object, good, silent string) error {
	t.Helper()
	var errs []error
	found := 0
	for _, o := range objects {
		switch o.Name {
		case good:
			found++
			if errs = append(errs, o.Err); o.Err == nil {
				checkObject(t, o)
			}
		case silent:
			found++
			errs = append(errs, checkNoAnswer(o.Err, silent))
		}
	}
	if found != 2 {
		errs = append(errs, fmt.Errorf("%d of the 2 files are among %+v", found, objects))
	}
	return errors.Join(errs...)
}

func checkNoAnswer(err error, path string) error {
	if err == nil || !strings.Contains(err.Error(), "no answer from the file system") ||
		!strings.Contains(err.Error(), path) {
		return fmt.Errorf("%s: error %v", path, err)
	}
	return nil
}

// A process that the kernel tells nothing about is left out, with a warning. All others are there.
func TestEachSilentProcess(t *testing.T) {
	good := writeProbe(t, "answers")
	testenv.MapToExecute(t, good)
	silent := testenv.StartSilentFS(t, good).StartSilentProcess(t)
	patiently(t, func(r *process.Reader) error {
		told, listed := false, false
		_, err := r.Each(func(objects []process.Object) {
			for _, o := range objects {
				listed = listed || o.PID == os.Getpid() && o.Name == good && o.Err == nil
				told = told || o.PID == silent.PID() && o.Err != nil &&
					strings.Contains(o.Err.Error(), "cannot be read: no answer; skipped")
			}
		})
		if err != nil || !told || !listed {
			return fmt.Errorf("%v; told of the silent process: %v, read this one: %v", err, told,
				listed)
		}
		return nil
	})
}

// To tell whether a tracer is attached fetches no page, for which the traced process would wait,
// too.
func TestAttachedFetchesNothing(t *testing.T) {
	silent := testenv.StartSilentFS(t, writeProbe(t, "silent"))
	testenv.MapToExecute(t, silent.File)
	o := objectOf(t, os.Getpid(), "silent")
	// Reading the notes has read the page, which the kernel keeps.
	if err := dropPages(silent.File); err != nil {
		t.Fatal(err)
	}
	silent.Silence(t, "read")
	checkAttached(t, o, "n", false)
}

func dropPages(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED)
}
