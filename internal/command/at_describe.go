package command

import (
	"fmt"

	"github.com/spf13/cobra"
)

// describeAt carries out the command by the program itself.
func (f *describeFlags) describeAt(cmd *cobra.Command, texts []string) error {
	client, err := f.at.open(cmd)
	if err != nil {
		return err
	}
	patterns, err := describedPatterns(texts)
	if err != nil {
		return err
	}
	list, err := client.Probes(cmd.Context())
	if err != nil {
		return err
	}
	if err := checkMatchedAt(client, patterns, atNames(list)); err != nil {
		return err
	}
	var known declared
	for _, p := range list {
		if !patterns.match(probeName{p.Provider, p.Name}) {
			continue
		}
		s, err := p.Declared()
		if err != nil {
			return fmt.Errorf("%s: %w", client, err)
		}
		known.add(s)
	}
	return f.write(cmd, known)
}
