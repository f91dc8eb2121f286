package operand

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// An expr is a number, or the sum of a symbol and a number, in 64 bits.
type expr struct {
	symbol     string
	relocation string // what the linker is to make of the symbol: GOTOFF in sym@GOTOFF
	number     int64
}

// parseExpr decodes an expression of the assembler such as -20, 0x10, sym+24 or 4+16+sym.
func parseExpr(s string) (e expr, err error) {
	for rest := s; rest != ""; {
		var negative bool
		if negative, rest, err = cutSign(rest, rest == s); err != nil {
			return expr{}, err
		}
		var term string
		term, rest = cutTerm(rest)
		if err := e.add(term, negative); err != nil {
			return expr{}, err
		}
		if after, ok := strings.CutPrefix(rest, "@"); ok && term == e.symbol {
			e.relocation, rest = cutTerm(after)
		}
	}
	return e, nil
}

// plain returns an error if the symbol does not stand for its address.
func (e expr) plain() error {
	if e.relocation == "" {
		return nil
	}
	return fmt.Errorf("only the linker knows what %s@%s is", e.symbol, e.relocation)
}

// cutSign takes the sign off s. Only the first term of an expression may have none.
func cutSign(s string, first bool) (negative bool, rest string, err error) {
	switch {
	case s[0] == '-':
		return true, s[1:], nil
	case s[0] == '+':
		return false, s[1:], nil
	case first:
		return false, s, nil
	}
	return false, "", fmt.Errorf("unexpected %q", s)
}

// cutTerm returns the number or symbol at the start of s.
func cutTerm(s string) (term, rest string) {
	end := strings.IndexFunc(s, func(c rune) bool { return !isSymbolChar(c) })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

func isSymbolChar(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '.' || c == '$' || c >= 0x80
}

// isName reports whether a term that is no number can be the name of a symbol: in the assembler, $
// begins a constant, and . is the current address.
func isName(term string) bool { return term[0] != '$' && term != "." }

func (e *expr) add(term string, negative bool) error {
	if term == "" {
		return errors.New("number or symbol missing")
	}
	if c := term[0]; c >= '0' && c <= '9' {
		return e.addNumber(term, negative)
	}
	if !isName(term) {
		return fmt.Errorf("%q is no name of a symbol", term)
	}
	if negative || e.symbol != "" {
		return errors.New("more than the sum of a symbol and a number")
	}
	e.symbol = term
	return nil
}

func (e *expr) addNumber(term string, negative bool) error {
	n, err := parseNumber(term, negative)
	e.number += n
	return err
}

// parseNumber decodes a number as gas does: decimal, 0x hexadecimal, 0b binary, 0 octal.
func parseNumber(s string, negative bool) (int64, error) {
	digits, base := s, 10
	switch lower := strings.ToLower(s); {
	case strings.HasPrefix(lower, "0x"):
		digits, base = s[2:], 16
	case strings.HasPrefix(lower, "0b"):
		digits, base = s[2:], 2
	case strings.HasPrefix(s, "0"):
		base = 8
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("number does not fit 64 bits")
	}
	if err != nil {
		return 0, fmt.Errorf("%q is no number", s)
	}
	if negative {
		n = -n
	}
	return int64(n), nil // #nosec G115 -- the same bits
}

// setConstant decodes the number s.
func (a *Arg) setConstant(s string) error {
	if s == "" {
		return errors.New("number missing")
	}
	e, err := parseExpr(s)
	if err != nil {
		return err
	}
	if e.symbol != "" {
		return fmt.Errorf("it is the address of a symbol, %s; only what is there is read", e.symbol)
	}
	a.Kind, a.Value = Constant, e.number
	return nil
}
