package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// describeKernel carries out the command by what processes have mapped, or by files.
func (f *describeFlags) describeKernel(cmd *cobra.Command, args []string) error {
	files, texts := filesAndPatterns(args)
	patterns, err := describedPatterns(texts)
	if err != nil {
		return err
	}
	v, failed := f.inventory(files)
	if v == nil {
		return failed
	}
	if err := v.checkMatched(patterns); err != nil {
		if failed != nil {
			return failed // which may be why
		}
		return err
	}
	known := v.signatures(patterns)
	for _, err := range slices.Concat(v.unread, v.descriptions.tell()) {
		warn(cmd.ErrOrStderr(), "%v", err)
	}
	return errors.Join(failed, f.write(cmd, known))
}

// filesAndPatterns tells arguments apart: a pattern has a colon, and no slash.
func filesAndPatterns(args []string) (files, patterns []string) {
	for _, arg := range args {
		if strings.Contains(arg, ":") && !strings.Contains(arg, "/") {
			patterns = append(patterns, arg)
		} else {
			files = append(files, arg)
		}
	}
	return files, patterns
}

// inventory reads the processes or the files. Its error can be about some of the files only.
func (f *describeFlags) inventory(paths []string) (*inventory, error) {
	if len(paths) == 0 {
		return takeInventory(f.scope, &f.types)
	}
	if !f.scope.isZero() {
		return nil, usagef("use either files or processes, not both")
	}
	reader, err := startReader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	known, err := f.types.open(reader)
	if err != nil {
		return nil, err
	}
	v := &inventory{files: paths, descriptions: known}
	var failed []error
	for _, path := range paths {
		file, err := readListedFile(reader, path)
		failed = append(failed, err)
		v.objects = append(v.objects, process.Object{
			Path: path, Notes: file.Notes, Signatures: file.Signatures, Unsigned: file.Unsigned,
		})
	}
	return v, errors.Join(failed...)
}

// signatures returns what is known of the probes that match.
func (v *inventory) signatures(patterns patternList) declared {
	var found declared
	undescribed := make(map[probeName]signature.Signature)
	for _, o := range v.objects {
		for _, n := range o.Notes {
			name := nameOf(n)
			if !patterns.match(name) {
				continue
			}
			if o.Unsigned {
				v.descriptions.unsigned(o.Path)
			}
			if s := v.descriptions.of(n, o.Signatures); s != nil {
				found.add(*s)
			} else if _, isKnown := undescribed[name]; !isKnown {
				undescribed[name] = catalog.FromNote(n)
			}
		}
	}
	for name, s := range undescribed {
		if _, isKnown := found.of[name]; !isKnown {
			found.add(s)
		}
	}
	return found
}
