//go:build linux

package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// where is the text of a filter; empty when there is none.
type where string

func (w *where) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP((*string)(w), "where", "w", "", "only hits that satisfy `FILTER`, such as 'arg0 > 100 && arg1 == \"GET\"'")
}

// parse returns nil for no filter. Its error is about the command line.
func (w where) parse() (filter.Expr, error) {
	if w == "" {
		return nil, nil
	}
	expr, err := filter.Parse(string(w))
	if err != nil {
		return nil, usagef("--where: %w", err)
	}
	return expr, nil
}

// checkWhere reports an argument that the filter is about and one of the probes lacks.
func checkWhere(expr filter.Expr, probes ...uprobe.Probe) error {
	if expr == nil {
		return nil
	}
	ints, texts := filter.Args(expr)
	for _, p := range probes {
		for _, site := range p.Sites {
			has := len(operand.Parse(site.Note))
			if highest := slices.Max(slices.Concat(ints, texts, []int{-1})); highest >= has {
				return usagef("--where: %s has no arg%d, it has %s; name only probes that have it",
					printable(p.String()), highest, plural(has, "argument", "arguments"))
			}
		}
	}
	return nil
}
