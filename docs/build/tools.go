package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// run runs another program and returns what it prints.
func run(input []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(input)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	output, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%w: install %s, or run make docs, which does on Debian", err, name)
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %s", name, err, complaints.String())
	}
	return output, nil
}

const epoch = "SOURCE_DATE_EPOCH"

// useDateOfCommit has all programs write the date of the last commit into what they make, unless
// the environment has another.
func useDateOfCommit(root string) error {
	if os.Getenv(epoch) != "" {
		return nil
	}
	seconds, err := run(nil, "git", "-C", root, "log", "-1", "--format=%ct")
	if err != nil {
		return fmt.Errorf("find the date of the commit; outside a clone, set %s: %w", epoch, err)
	}
	return os.Setenv(epoch, strings.TrimSpace(string(seconds)))
}

// date returns the date that the book bears.
func date() (string, error) {
	seconds, err := strconv.ParseInt(os.Getenv(epoch), 10, 64)
	if err != nil {
		return "", fmt.Errorf("%s is not a number of seconds: %w", epoch, err)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}
