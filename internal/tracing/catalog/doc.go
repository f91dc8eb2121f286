// Package catalog knows the probes of programs that do not describe themselves: from descriptions
// that the user names, from those in two directories, and from those that are built in, which were
// written after the public documentation of the programs. Package provider reads their syntax.
package catalog
