// Package example has the test of an example run its program, and usdt and bpftrace by the commands
// of its README.md. The tracers see the same hits, so what they print must agree.
//
// A page has its commands in blocks of the language console: a line that begins with "$ " is a
// command, and the lines below it are what it prints. The first command starts the program. A
// number behind -p stands for its process id.
package example
