// Usdt shows and traces the USDT (stapsdt) probes of running programs, whatever their language,
// with nothing else installed.
//
//	go install github.com/go-usdt/usdt/cmd/usdt@latest
//	sudo usdt list                                   # the processes with probes, and their probes
//	sudo usdt trace -p 3583 'shop:*'                 # each hit, with its arguments
//	sudo usdt count -p 3583 'shop:*' --by customer   # how often
//	sudo usdt hist -p 3583 shop:order_end --arg took # how much
//	sudo usdt latency -p 3583 shop:order             # how long, from start to end
//	usdt trace --at localhost:6060 'shop:*'          # of a program that hands out its events itself
//	usdt embed shop                                  # probes into the file of a program
//	usdt doctor                                      # what is missing on this machine
//
// It is for Linux on amd64 and arm64. On other systems, --at works. Usdt help COMMAND says more, as
// docs/commands.md does; docs/usdt.md is a tour.
package main

import "github.com/go-usdt/usdt/internal/command"

// version is set by make release. Other programs have what the go command puts into them.
var version string

func main() { command.Main(version, nil) }
