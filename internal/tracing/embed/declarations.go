package embed

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/block"
)

// errIncomplete is the error about a program that ended before it had printed everything.
var errIncomplete = errors.New("it ended before it had printed what it declares")

// parseDeclarations reads what a program prints of its probes: see package block.
func parseDeclarations(library string, printed []byte) (Library, error) {
	l := Library{Library: library}
	rest, ok := strings.CutPrefix(string(printed), block.DeclarationsHeader)
	if !ok && strings.HasPrefix(block.DeclarationsHeader, string(printed)) {
		return l, errIncomplete
	}
	if !ok {
		return l, fmt.Errorf("it prints %.40q in place of what it declares: it is of another version "+
			"than this usdt", printed)
	}
	for {
		line, behind, ok := strings.Cut(rest, "\n")
		if !ok {
			return l, errIncomplete
		}
		words := strings.Split(line, " ")
		switch {
		case words[0] == "probe" && len(words) >= 3:
			p := Probe{Provider: words[1], Name: words[2]}
			for _, word := range words[3:] {
				size, err := strconv.Atoi(word)
				if err != nil {
					return l, fmt.Errorf("it prints %q: %w", line, err)
				}
				p.Sizes = append(p.Sizes, size)
			}
			l.Probes = append(l.Probes, p)
		case words[0] == "btf" && len(words) == 2:
			size, err := strconv.ParseUint(words[1], 10, 31)
			if err != nil {
				return l, fmt.Errorf("it prints %q: %w", line, err)
			}
			if uint64(len(behind)) < size {
				return l, errIncomplete
			}
			if extra := uint64(len(behind)) - size; extra > 0 {
				return l, fmt.Errorf("it prints %d bytes too much", extra)
			}
			l.BTF = []byte(behind)
			return l, l.check()
		default:
			return l, fmt.Errorf("it prints %q, which is no declaration", line)
		}
		rest = behind
	}
}
