// Package remote asks a program for its probes and for what they fire: a program that has imported
// package stapsdthttp. It takes no right and no uprobe, and works on every system.
package remote
