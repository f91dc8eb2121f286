package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func compareNames(a, b probeName) int {
	return cmp.Or(cmp.Compare(a.provider, b.provider), cmp.Compare(a.name, b.name))
}

// A remoteSelection is the probes of a program that a command line has chosen.
type remoteSelection struct {
	client  *remote.Client
	process string
	probes  []uprobe.Probe // sorted by provider and name
}

// prepareAt checks what all commands have, and returns the probes that match. Each pattern must
// match.
func (f *commonFlags) prepareAt(cmd *cobra.Command, texts []string) (*remoteSelection, error) {
	client, err := f.at.open(cmd)
	if err != nil {
		return nil, err
	}
	if err := f.checkDuration(); err != nil {
		return nil, err
	}
	expr, err := f.where.parse()
	if err != nil {
		return nil, err
	}
	patterns, err := parsePatterns(texts)
	if err != nil {
		return nil, err
	}
	list, err := client.Probes(cmd.Context())
	if err != nil {
		return nil, err
	}
	if err := checkMatchedAt(client, patterns, atNames(list)); err != nil {
		return nil, err
	}
	s, err := describeAt(cmd.Context(), client, texts)
	if err != nil {
		return nil, err
	}
	return s, checkWhere(expr, s.probes...)
}

// checkMatchedAt returns which patterns match no probe.
func checkMatchedAt(c *remote.Client, patterns patternList, names []probeName) error {
	if len(names) == 0 {
		return fmt.Errorf("the program at %s has no probes", c)
	}
	var errs []error
	for _, p := range patterns.unmatched(names) {
		errs = append(errs, fmt.Errorf("no probe %q in the program at %s; %s", p.text, c,
			hintAt(c, p.text, toStrings(names))))
	}
	return errors.Join(errs...)
}

// hintAt says which of the names the user may have meant by text.
func hintAt(c *remote.Client, text string, names []string) string {
	if similar := nearest(text, names); len(similar) > 0 {
		return fmt.Sprintf("did you mean %s?", printable.Text(strings.Join(similar, " or ")))
	}
	return fmt.Sprintf("usdt list --at %s shows the probes", c)
}

// describeAt asks for probes with the types of their arguments, which are at the beginning of a
// stream of events.
func describeAt(
	ctx context.Context, c *remote.Client, patterns []string,
) (*remoteSelection, error) {
	stream, err := c.Trace(ctx, remote.Request{Patterns: patterns, Limit: 1})
	if err != nil {
		return nil, asUsage(err)
	}
	defer stream.Close()
	if len(stream.Probes) == 0 {
		return nil, fmt.Errorf("the program at %s has removed the probes", c)
	}
	return &remoteSelection{c, stream.Process(), byName(stream.Probes)}, nil
}

// byName joins the probes of one name, and sorts them.
func byName(probes []uprobe.Probe) []uprobe.Probe {
	var joined []uprobe.Probe
	index := make(map[probeName]int)
	for _, p := range probes {
		name := probeName{p.Provider, p.Name}
		i, known := index[name]
		if !known {
			i = len(joined)
			index[name] = i
			joined = append(joined, uprobe.Probe{Provider: p.Provider, Name: p.Name})
		}
		joined[i].Sites = append(joined[i].Sites, p.Sites...)
	}
	slices.SortStableFunc(joined, func(a, b uprobe.Probe) int {
		return compareNames(probeName{a.Provider, a.Name}, probeName{b.Provider, b.Name})
	})
	return joined
}

// asUsage marks what the program has refused as an error about the command line.
func asUsage(err error) error {
	if errors.As(err, new(remote.Refused)) {
		return usageError{err}
	}
	return err
}
