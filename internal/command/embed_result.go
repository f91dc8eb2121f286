package command

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/embed"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// write writes the result, and says what it is.
func (f *embedFlags) write(cmd *cobra.Command, s *embed.Source, r embed.Result, path string) error {
	to := path
	var err error
	if f.output != "" {
		to = f.output
		err = s.WriteTo(cmd.Context(), to, r.Content)
	} else {
		var lost []string
		lost, err = s.Replace(cmd.Context(), r.Content)
		for _, what := range lost {
			warn(cmd.ErrOrStderr(), "%s: %s of the file could not be kept", path, what)
		}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "embedded %s in %s\n", count(r.Probes),
		printable.Text(to))
	return err
}

// count says how many probes of how many providers there are.
func count(probes []embed.Probe) string {
	providers := make(map[string]bool)
	for _, p := range probes {
		providers[p.Provider] = true
	}
	return plural(len(probes), "probe", "probes") + " of " +
		plural(len(providers), "provider", "providers")
}

// warnOfProbes says which probes are not as one expects.
func warnOfProbes(stderr io.Writer, r embed.Result) {
	if len(r.Left) > 0 {
		warn(stderr, "there is no slot for %s, published when loaded: %s",
			plural(len(r.Left), "probe", "probes"), someNames(r.Left))
	}
	if len(r.Clashes) > 0 {
		warn(stderr, "C code in the program has notes of the same names, and tracers attach to both: %s",
			someNames(r.Clashes))
	}
}

// someNames returns a few of the names of probes.
func someNames(probes []embed.Probe) string {
	var all []string
	for _, p := range probes[:min(len(probes), maxTold)] {
		all = append(all, p.Provider+":"+p.Name)
	}
	if len(probes) > maxTold {
		all = append(all, "…")
	}
	return strings.Join(all, ", ")
}

// compare says how the file differs from what it should be.
func (f *embedFlags) compare(cmd *cobra.Command, p *embed.Program, r embed.Result, path string,
) error {
	differences, err := p.Compare(r, !cmd.Flags().Changed("site"))
	if err != nil {
		return err
	}
	if len(differences) == 0 {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s has %s\n", printable.Text(path), count(r.Probes))
		return err
	}
	for _, line := range differences {
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), printable.Escape(line)); err != nil {
			return err
		}
	}
	return errors.New("its probes are not those that it declares; run usdt embed after each build")
}
