//go:build linux

package main

import (
	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/filter"
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
