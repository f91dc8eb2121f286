package filter

import (
	"fmt"
	"slices"
)

// An Expr is a condition: And, Or, Not, Compare or StringCompare.
type Expr interface {
	fmt.Stringer // in the language of Parse; what Parse makes of it equals the Expr
	isExpr()
}

// And holds when both do. R matters only when L holds.
type And struct{ L, R Expr }

// Or holds when at least one does.
type Or struct{ L, R Expr }

// Not holds when X does not.
type Not struct{ X Expr }

// Compare compares integers. Parse puts a literal on the right, turning the operator when it must, so
// L is never one; an operand alone becomes a comparison with NotEqual and 0.
type Compare struct {
	L  Operand
	Op Op
	R  Operand
}

// StringCompare compares the text that an argument points to, up to its NUL.
type StringCompare struct {
	Arg   int
	Text  string // at most MaxString bytes, none of them NUL
	Equal bool   // whether they must be equal or must differ
}

func (And) isExpr()           {}
func (Or) isExpr()            {}
func (Not) isExpr()           {}
func (Compare) isExpr()       {}
func (StringCompare) isExpr() {}

// Limits of what Parse accepts. They keep the kernel's program small.
const (
	MaxArgs        = 12  // arg0 to arg11
	MaxString      = 127 // bytes of a string literal
	MaxComparisons = 64
	MaxNesting     = 64 // of ( and ! together
)

// A Kind says what an Operand is.
type Kind uint8

const (
	Arg     Kind = iota // an argument of the probe
	PID                 // the process (in the kernel's words: the thread group)
	TID                 // the thread
	Literal             // an integer of the filter's text
)

// An Operand is one side of a Compare.
type Operand struct {
	Kind  Kind
	Arg   int    // of kind Arg: which, from 0
	Mask  uint64 // of the other kinds: the bits that count, and the result is unsigned; 0 for no mask
	Value Int    // of kind Literal
}

// An Op is the operator of a Compare.
type Op uint8

const (
	Equal Op = iota
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
)

var opTexts = [...]string{"==", "!=", "<", "<=", ">", ">="}

func (o Op) String() string { return opTexts[o] }

// turned is the operator that means the same with its sides exchanged.
func (o Op) turned() Op {
	return [...]Op{Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual}[o]
}

// Holds tells whether the operator holds between two values that order as cmp says (as of Int.Cmp).
func (o Op) Holds(cmp int) bool {
	switch o {
	case Equal:
		return cmp == 0
	case NotEqual:
		return cmp != 0
	case Less:
		return cmp < 0
	case LessOrEqual:
		return cmp <= 0
	case Greater:
		return cmp > 0
	default:
		return cmp >= 0
	}
}

// Args returns which arguments e uses as integers and which as strings, each in order and once. One
// argument may be in both.
func Args(e Expr) (ints, strings []int) {
	var walk func(Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case And:
			walk(e.L)
			walk(e.R)
		case Or:
			walk(e.L)
			walk(e.R)
		case Not:
			walk(e.X)
		case Compare:
			for _, o := range []Operand{e.L, e.R} {
				if o.Kind == Arg {
					ints = append(ints, o.Arg)
				}
			}
		case StringCompare:
			strings = append(strings, e.Arg)
		}
	}
	walk(e)
	return sortedSet(ints), sortedSet(strings)
}

func sortedSet(args []int) []int {
	slices.Sort(args)
	return slices.Compact(args)
}
