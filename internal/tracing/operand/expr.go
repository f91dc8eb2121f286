package operand

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An expr is a number, or the sum of a symbol and a number.
type expr struct {
	symbol string
	number int64
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
	}
	return e, nil
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

var errRange = errors.New("number does not fit 64 bits")

func (e *expr) addNumber(term string, negative bool) error {
	n, err := parseNumber(term, negative)
	if err != nil {
		return err
	}
	if n > 0 && e.number > math.MaxInt64-n || n < 0 && e.number < math.MinInt64-n {
		return errRange
	}
	e.number += n
	return nil
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
	if negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, base, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errRange
	}
	if err != nil {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return n, nil
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
		return fmt.Errorf("the address of a symbol (%s) is not supported", e.symbol)
	}
	a.Kind, a.Value = Constant, e.number
	return nil
}
