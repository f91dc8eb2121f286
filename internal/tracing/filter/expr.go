package filter

import (
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// An Expr is a condition: And, Or, Not, Compare or StringCompare.
type Expr interface {
	fmt.Stringer // in the language of Parse, which makes an equal Expr of it
	isExpr()
}

// And holds when both conditions hold. R is evaluated only when L holds.
type And struct{ L, R Expr }

// Or holds when at least one condition holds.
type Or struct{ L, R Expr }

// Not holds when X does not.
type Not struct{ X Expr }

// Compare compares integers. L is never a literal: Parse puts a literal on the right and turns the
// operator if it must. Parse makes a term alone a comparison with 0 by NotEqual.
type Compare struct {
	L  Term
	Op Op
	R  Term
}

// StringCompare compares Text with the text that an argument points to.
type StringCompare struct {
	Arg   int
	Name  string // of the argument, until Bind replaces it by Arg
	Text  string // at most MaxString bytes; with a NUL, it is equal to no text that ends with one
	Equal bool   // whether the texts must be equal; otherwise they must differ

	// Sized says that the next argument is the number of the text's bytes. Otherwise a NUL ends it.
	// Bind sets it.
	Sized bool
}

func (And) isExpr()           {}
func (Or) isExpr()            {}
func (Not) isExpr()           {}
func (Compare) isExpr()       {}
func (StringCompare) isExpr() {}

// Limits of what Parse accepts. They keep the BPF program small.
const (
	MaxString      = 127 // bytes of a string literal
	MaxComparisons = 64
	MaxNesting     = 64 // of ( and ! together
)

// A Kind says what a Term is.
type Kind uint8

const (
	Arg     Kind = iota // an argument of the probe
	PID                 // the process id (which the kernel calls the thread group id)
	TID                 // the thread id
	Literal             // an integer in the filter's text
)

// A Term is one side of a Compare.
type Term struct {
	Kind  Kind
	Arg   int         // of kind Arg: the argument's number, from 0
	Name  string      // of kind Arg: the argument's name, until Bind replaces it by Arg
	Mask  uint64      // of other kinds than Literal: the bits that count; 0 for no mask
	Value integer.Int // of kind Literal
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

// turned returns the operator that means the same when the sides are exchanged.
func (o Op) turned() Op {
	switch o {
	case Less:
		return Greater
	case LessOrEqual:
		return GreaterOrEqual
	case Greater:
		return Less
	case GreaterOrEqual:
		return LessOrEqual
	}
	return o
}

// Holds reports whether the operator holds between two values that compare as cmp says: negative, 0
// or positive, as [integer.Int.Compare] returns it.
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

// A Use is an argument that an expression uses.
type Use struct {
	Arg  int    // its number, from 0, unless it has a name
	Name string // "" when the user wrote a number
	Text bool   // as text, otherwise as an integer
	NUL  bool   // the text that it is compared with has a NUL in it
}

// Uses returns the arguments that e uses, in the order of the text.
func Uses(e Expr) []Use {
	var uses []Use
	_, _ = Bind(e, func(u Use) (int, bool, error) {
		uses = append(uses, u)
		return u.Arg, false, nil
	})
	return uses
}

// Args returns which arguments e uses as integers and which as strings, each list in ascending
// order and without duplicates. One argument may be in both lists. All of them have numbers.
func Args(e Expr) (ints, strings []int) {
	for _, u := range Uses(e) {
		if u.Text {
			strings = append(strings, u.Arg)
		} else {
			ints = append(ints, u.Arg)
		}
	}
	return sortedSet(ints), sortedSet(strings)
}

func sortedSet(args []int) []int {
	slices.Sort(args)
	return slices.Compact(args)
}
