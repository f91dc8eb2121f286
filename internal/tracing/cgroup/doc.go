// Package cgroup tells which processes belong together by their control groups: those of a cgroup,
// of a unit of systemd, or of a container. All of it is in /proc/PID/cgroup, which the kernel
// writes without asking anybody: see cgroups(7).
package cgroup
