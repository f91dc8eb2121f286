// Package service starts the program internal/testing/traced with the probes that a test declares,
// and has it fire them.
package service

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A Service is a process with probes.
type Service struct{ *testenv.Child }

// Start starts the program at path with probes of a provider, such as "order:customer=string". They
// are loaded when it returns.
func Start(t testenv.T, path, provider string, probes ...string) Service {
	t.Helper()
	s := Service{testenv.Start(t, exec.Command(path, append([]string{provider}, probes...)...))}
	s.Next(t) // the path of the image
	return s
}

// Fire fires a probe n times, and returns when it has.
func (s Service) Fire(t testenv.T, n int, probe string, arguments ...any) {
	t.Helper()
	array, err := json.Marshal(arguments)
	if err != nil {
		t.Fatalf("%s: %v", probe, err)
	}
	line := fmt.Sprintf("repeat %d %s %s", n, probe, array)
	if answer := s.Ask(t, line); strings.HasPrefix(answer, "error") {
		t.Fatalf("%s: %s", line, answer)
	}
}
