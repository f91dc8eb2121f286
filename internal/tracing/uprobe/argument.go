package uprobe

import "fmt"

// An Argument says which of the arguments of a site is meant: by its name, which can be another one
// at each site, or by its number, from 0.
type Argument struct {
	Name   string // "" for the one with the Number
	Number int
}

// NoArgument is none of the arguments.
var NoArgument = Argument{Number: -1}

// Thread stands for the id of the thread, which every hit has, where an Argument tells hits apart.
var Thread = Argument{Number: -2}

// Goroutine stands for the id of the goroutine, which every hit has at a site with GoroutineID,
// where the hits of a pair have it in common.
var Goroutine = Argument{Number: -6}

// Numbered returns the argument with a number.
func Numbered(n int) Argument { return Argument{Number: n} }

// String returns the name, or argN.
func (a Argument) String() string {
	switch {
	case a == Thread:
		return "tid"
	case a == Process:
		return "pid"
	case a == Command:
		return "comm"
	case a == Stack:
		return "stack"
	case a == Container:
		return "container"
	case a == Pod:
		return "pod"
	case a == Goroutine:
		return "goroutine"
	case a.Name != "":
		return a.Name
	}
	return fmt.Sprintf("arg%d", a.Number)
}

// Place returns the number of the argument at the site. Only described sites have names.
func (s Site) Place(a Argument) (int, error) {
	if a.Name == "" {
		return a.Number, nil
	}
	if p := s.Signature.Named(a.Name); p != nil {
		return p.Place, nil
	}
	return 0, fmt.Errorf("%s of %s:%s: %w", a.Name, s.Note.Provider, s.Note.Name, ErrArgument)
}
