package launch

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A User is whose rights a command has, by the ids of the system.
type User struct {
	UID, GID int
	Groups   []int // all of them

	name, home string
}

// become gives the process the rights of the user, for good.
func (u *User) become() (op string, err error) {
	if err := syscall.Setgroups(u.Groups); err != nil {
		return "set the groups for", err
	}
	if err := syscall.Setresgid(u.GID, u.GID, u.GID); err != nil {
		return "set the group for", err
	}
	return "set the user for", syscall.Setresuid(u.UID, u.UID, u.UID)
}

// Environ returns the environment of a command of the user, made of that of this process: as
// sudo -u has it, and without what sudo says of its caller.
func (u *User) Environ(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasPrefix(name, "SUDO_") || name == "HOME" || name == "USER" || name == "LOGNAME"
	})
	return append(env, "HOME="+u.home, "USER="+u.name, "LOGNAME="+u.name)
}

// Invoker returns the user who has called this program by sudo(8), as the environment has it. There
// is none if this process is not root's, or if root has called it.
func Invoker() (*User, error) {
	id := os.Getenv("SUDO_UID")
	if os.Geteuid() != 0 || id == "" || id == "0" {
		return nil, nil
	}
	u, err := lookUp(id, os.Getenv("SUDO_GID"))
	if err != nil {
		return nil, fmt.Errorf("who has called sudo, with SUDO_UID=%s? %w; "+
			"without SUDO_UID, the command is run as root", id, err)
	}
	return u, nil
}

// lookUp returns a user by id. The group may be empty.
func lookUp(id, group string) (*User, error) {
	known, err := user.LookupId(id)
	if err != nil {
		return nil, err
	}
	groups, err := known.GroupIds()
	if err != nil {
		return nil, err
	}
	if group == "" {
		group = known.Gid
	}
	u := &User{name: known.Username, home: known.HomeDir}
	if u.UID, err = strconv.Atoi(id); err != nil {
		return nil, err
	}
	if u.GID, err = strconv.Atoi(group); err != nil {
		return nil, fmt.Errorf("SUDO_GID: %w", err)
	}
	for _, text := range append(groups, group) {
		g, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(u.Groups, g) {
			u.Groups = append(u.Groups, g)
		}
	}
	return u, nil
}
