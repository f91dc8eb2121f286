package operand

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// Resolve is [Parse] for a note of a file with the given addresses of symbols. An argument at a
// symbol that the file does not have is invalid.
func Resolve(n sdtnote.Note, symbols map[string]uint64) []Arg {
	args := Parse(n)
	for i, a := range args {
		for _, name := range a.Symbols() {
			if _, ok := symbols[name]; !ok {
				args[i] = Arg{Text: a.Text, Err: missing(name)}
				break
			}
		}
	}
	return args
}

// missing is the obstacle that a file does not have a symbol.
func missing(symbol string) error {
	if strings.HasPrefix(symbol, ".L") {
		return errors.New("only the compiler knows where its constant " + symbol + " is")
	}
	return fmt.Errorf("the file has no symbol %s, or several; it may have been stripped", symbol)
}

// AddressSize returns how many bytes an address has in the program of a note.
func AddressSize(n sdtnote.Note) int {
	if n.Machine == elf.EM_386 {
		return 4
	}
	return 8
}
