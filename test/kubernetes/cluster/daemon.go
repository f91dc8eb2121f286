package cluster

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Daemon is a program that runs until the machine ends.
type Daemon struct {
	name string
	cmd  *exec.Cmd
	done chan struct{} // is closed when it has ended
}

const logDir = "/var/log/cluster"

// Run starts a program with its output in a log.
func Run(path string, arguments ...string) (*Daemon, error) {
	if err := os.MkdirAll(logDir, 0o755); err != nil {
		return nil, err
	}
	d := &Daemon{name: filepath.Base(path), done: make(chan struct{})}
	log, err := os.Create(filepath.Join(logDir, d.name))
	if err != nil {
		return nil, err
	}
	d.cmd = exec.Command(path, arguments...)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	if err := d.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		_ = d.cmd.Wait() // the log says why
		close(d.done)
		log.Close()
	}()
	return d, nil
}

// Await waits until the daemon does what it is for.
func (d *Daemon) Await(ready func() error) error {
	ended := false
	err := Eventually(d.name, func() error {
		select {
		case <-d.done:
			ended = true
			return nil
		default:
			return ready()
		}
	})
	if ended {
		err = errors.New(d.name + " has ended")
	}
	if err != nil {
		return fmt.Errorf("%w; its log ends with:\n%s", err, LogOf(d.name))
	}
	return nil
}

// LogOf returns the end of a daemon's log.
func LogOf(name string) string {
	text, err := os.ReadFile(filepath.Join(logDir, name))
	if err != nil {
		return err.Error()
	}
	const lines = 40
	all := strings.Split(string(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// client trusts every certificate: nobody else is on this network.
var client = &http.Client{Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // #nosec G402 -- see above
}}

// Healthy returns what asks a URL for 200 OK.
func Healthy(url string) func() error {
	return func() error {
		response, err := client.Get(url)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}
