// Package order is what package vm asks of the init program in its guest.
package order

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
	Desk = "desk" // holds an Order, programs in bin, and takes the exit status
)

// DeskDirectory is where the guest mounts the desk.
const DeskDirectory = "/run/vm"

// An Order is what the guest has to do.
type Order struct {
	Hostname string
	Work     string // where to mount that directory, and the current one of Command
	Command  string // for the shell, or empty for an interactive one
	Env      []string
	Rows     uint16 // of the terminal, 0 if there is none
	Columns  uint16
}

const (
	orderFile  = "order.json"
	statusFile = "status"
)

// Write puts the order on the desk.
func (o Order) Write(desk string) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(desk, orderFile), b, 0o644)
}

// Read returns the order that is on the desk.
func Read(desk string) (o Order, err error) {
	b, err := os.ReadFile(filepath.Join(desk, orderFile))
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(b, &o)
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
