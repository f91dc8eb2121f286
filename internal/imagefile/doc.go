// Package imagefile gives images a named file: in which directory, under what name, and how files
// that a killed process left behind are found and removed.
//
// Layout: DIR/stapsdt-UID/PIDNS-TIMENS-PID-START-N-PROVIDER.so. PID and START, the process's start
// time, tell a process of one pid and time namespace, whose inode numbers are PIDNS and TIMENS.
package imagefile
