package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// noUser is for what is not known to be the doing of any user.
const noUser = -1

// realUser returns the real user id of a process. It does not change when the process runs a
// set-user-ID program, and the kernel tells it without a lock that the process could hold.
func realUser(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return noUser
	}
	_, line, _ := strings.Cut(string(status), "\nUid:\t")
	real, _, _ := strings.Cut(line, "\t")
	user, err := strconv.Atoi(real)
	if err != nil {
		return noUser
	}
	return user
}
