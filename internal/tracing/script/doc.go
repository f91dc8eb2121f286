// Package script writes scripts with which other tools trace a probe.
package script
