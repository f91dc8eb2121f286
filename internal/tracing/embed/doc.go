// Package embed writes the notes of a Go program's probes into the file of the program, so that
// every tracer finds them there before the program runs and in each of its processes. The sites are
// in the block of slots that package stapsdt/static brings into the program's text: see package
// block.
//
// What a program declares is known when it has initialized its packages. So a copy of the program,
// in which the first instruction of main.main is a jump to the function that prints the declared
// probes, is run: all initialization takes place, main does not. This needs no rights, no debugger,
// and nothing of the program's flags and environment. Where the program cannot be run, the list of
// what it declares comes from elsewhere.
//
// Only sections that are not loaded are added, and the section header table moves to the end of the
// file, so what runs stays as the linker made it. The same program and the same list give the same
// bytes, and what an earlier run has added is replaced.
package embed
