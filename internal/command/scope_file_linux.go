package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// namedFiles are the files that a scope names, once they have been read.
type namedFiles struct{ named []process.Object }

// readFiles reads the files that the scope names, which must have probes. After an error, the scope
// has those of before.
func (s *scope) readFiles(reader *process.Client) error {
	var named []process.Object
	for _, path := range s.files {
		o, err := reader.ReadNamed(path)
		if err == nil && len(o.Notes) == 0 {
			err = fmt.Errorf("%s has no probes", path)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.option("file"), explainFile(path, err))
		}
		named = append(named, o)
	}
	s.named = named
	return nil
}

// explainFile says of a file what is wrong with it.
func explainFile(path string, err error) error {
	switch {
	case errors.Is(err, process.ErrNotRegular):
		return fmt.Errorf("%s is not a regular file", path)
	case errors.Is(err, sdtnote.ErrNotELF):
		return fmt.Errorf("%s is not an ELF executable or library", path)
	}
	return err
}

// isOfFiles tells whether the scope is files, wherever they are mapped.
func (s scope) isOfFiles() bool { return s.all && len(s.files) > 0 }

// chosen returns the objects of the files that the scope names, if it names some.
func (s scope) chosen(objects []process.Object) (chosen []process.Object) {
	if len(s.files) == 0 {
		return objects
	}
	ids := process.Identify(slices.Concat(s.named, objects))
	for i, o := range objects {
		if slices.Contains(ids[:len(s.named)], ids[len(s.named)+i]) {
			chosen = append(chosen, o)
		}
	}
	return chosen
}
