// Package imagefile gives images a named file: it chooses the directory and the name, and finds and
// removes the files that killed processes left behind.
//
// Layout: DIR/stapsdt-UID/PIDNS-TIMENS-PID-START-N-PROVIDER.so. PID and START, the process's start
// time, identify a process within one pid and one time namespace, whose inode numbers are PIDNS and
// TIMENS. N counts the files of the process.
package imagefile
