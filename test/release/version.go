package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// plain matches the versions that may be in the name of a file and in a flag of the linker.
var plain = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+~-]*$`)

// checkedVersion returns the version or, if it is empty, what git says of the last commit.
func checkedVersion(version string) (string, error) {
	if version == "" {
		described, err := git("describe", "--tags", "--always", "--dirty")
		if err != nil {
			return "", fmt.Errorf("find the version; outside a clone, name it with VERSION: %w", err)
		}
		version = described
	}
	if !plain.MatchString(version) {
		return "", fmt.Errorf("version %q: use letters, digits, dots, + and -", version)
	}
	return version, nil
}

const epoch = "SOURCE_DATE_EPOCH"

// dateOfCommit returns the time of the last commit, unless the environment has another.
func dateOfCommit() (time.Time, error) {
	text := os.Getenv(epoch)
	if text == "" {
		committed, err := git("log", "-1", "--format=%ct")
		if err != nil {
			return time.Time{}, fmt.Errorf(
				"find the date of the commit; outside a clone, set %s: %w", epoch, err)
		}
		text = committed
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s must be a number of seconds: %w", epoch, err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func git(args ...string) (string, error) {
	return printed(exec.Command("git", args...))
}

// printed returns what a program prints. Its error has what the program complains of.
func printed(cmd *exec.Cmd) (string, error) {
	output, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return strings.TrimSpace(string(output)), nil
}
