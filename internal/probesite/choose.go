package probesite

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/linux"
)

// Env is the environment variable that overrides the choice, for diagnosis: nop, nop5 or nop10.
const Env = "STAPSDT_SITE"

var chosen struct {
	once sync.Once
	form Form
	err  error
}

// Choose returns the form that the running kernel replaces best, or the one that [Env] names. The
// first call decides for the life of the process, by at most two system calls: the kernel stays the
// same, and a seccomp policy is never lifted. It is safe for concurrent use.
//
// On a platform that can have no probes the error matches [errors.ErrUnsupported]. Any other error
// says that Env names no form, or one that this machine lacks.
func Choose() (Form, error) {
	chosen.once.Do(func() {
		chosen.form, chosen.err = chooseFor(Host, linux.SecureGetenv(Env), best)
	})
	return chosen.form, chosen.err
}

// Best returns the form that the running kernel replaces best, whatever [Env] says.
func Best() Form { return best() }

// chooseFor is Choose for a machine, EM_NONE for a platform without probes, and a value of Env.
func chooseFor(machine elf.Machine, override string, best func() Form) (Form, error) {
	if machine == elf.EM_NONE {
		return 0, fmt.Errorf("%w: no probe sites on %s/%s", errors.ErrUnsupported,
			runtime.GOOS, runtime.GOARCH)
	}
	if override == "" {
		return best(), nil
	}
	f, err := ParseForm(override)
	if err == nil && f.Code(machine) == nil {
		err = fmt.Errorf("%v has no %v", machine, f)
	}
	if err != nil {
		return 0, fmt.Errorf("environment variable %s: %w; unset it to use what suits the kernel",
			Env, err)
	}
	return f, nil
}
