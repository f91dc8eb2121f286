//go:build linux

package command

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/doctor"
)

func newDoctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what tracing needs on this machine, and say what is missing",
		Long: `Check what this machine lacks for tracing, and for programs to load their probes.
Each check is ok, a warning or a failure; the last two come with a remedy. Any user may run it.

Exit status: 1 when there is a failure, 0 otherwise. With warnings only, usdt can trace, but
not everything, or other tools cannot.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return examine(cmd.OutOrStdout(), doctor.Observe(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false,
		"print one JSON object with the worst status and the findings")
	return cmd
}

// examine writes the findings, and returns the conclusion as an error if there is a failure.
func examine(w io.Writer, s doctor.System, asJSON bool) error {
	findings, conclusion := doctor.Examine(s), doctor.Conclusion(s)
	write := writeFindings
	if asJSON {
		write = writeFindingsJSON
	}
	if err := write(w, findings); err != nil {
		return err
	}
	if doctor.Worst(findings) == doctor.Failure {
		return errors.New(conclusion)
	}
	if asJSON {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n%s\n", conclusion)
	return err
}

func writeFindings(w io.Writer, findings []doctor.Finding) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		found := strings.ReplaceAll(f.Found, "\n", "; ") // a row is a line
		fmt.Fprintf(table, "%v\t%s\t%s\n", f.Status, f.Name, found)
		if f.Remedy != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", f.Remedy)
		}
	}
	return table.Flush()
}

func writeFindingsJSON(w io.Writer, findings []doctor.Finding) error {
	return writeJSON(w, struct {
		Status   doctor.Status    `json:"status"`
		Findings []doctor.Finding `json:"findings"`
	}{doctor.Worst(findings), findings}, "  ")
}
