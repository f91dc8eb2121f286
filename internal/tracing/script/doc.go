// Package script writes scripts by which other tools trace a probe.
package script
