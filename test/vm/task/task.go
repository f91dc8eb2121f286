// Package task is what command vm tells the init program in its guest.
package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Tags of what the guest mounts.
const (
	Root = "root" // what becomes its root file system, under a layer in memory
	Work = "work" // the directory that host and guest share
	Desk = "desk" // holds a Task, programs in bin, and takes the exit status
)

// DeskDirectory is where the guest mounts the desk.
const DeskDirectory = "/run/vm"

// Init is the program init on the desk, and AsUnit its argument when systemd starts it.
const (
	Init   = "init"
	AsUnit = "unit"
)

// A Task is what the guest has to do.
type Task struct {
	Hostname string
	Work     string // where to mount that directory, and the current one of Command
	Command  string // for the shell, or empty for an interactive one
	Systemd  bool   // the root's systemd starts the command
	Env      []string
	Rows     uint16 // of the terminal, 0 if there is none
	Columns  uint16
}

const (
	taskFile   = "task.json"
	statusFile = "status"
)

// Write puts the task on the desk.
func (t Task) Write(desk string) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(desk, taskFile), b, 0o644)
}

// Read returns the task that is on the desk.
func Read(desk string) (t Task, err error) {
	b, err := os.ReadFile(filepath.Join(desk, taskFile))
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(b, &t)
}

// WriteStatus puts the exit status of the command on the desk.
func WriteStatus(desk string, status int) error {
	return os.WriteFile(filepath.Join(desk, statusFile), []byte(strconv.Itoa(status)), 0o644)
}

// ReadStatus returns the exit status of the command.
func ReadStatus(desk string) (int, error) {
	b, err := os.ReadFile(filepath.Join(desk, statusFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, errors.New("the machine ended before its command did")
	}
	if err != nil {
		return 0, err
	}
	status, err := strconv.Atoi(string(b))
	if err != nil {
		return 0, fmt.Errorf("exit status: %w", err)
	}
	return status, nil
}
