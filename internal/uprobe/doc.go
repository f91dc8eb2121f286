//go:build !linux

// Package uprobe attaches to probe sites through the kernel's uprobes. It is empty on systems
// other than Linux.
package uprobe
