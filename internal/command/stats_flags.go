package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// statsFlags are the flags that ask for figures of arguments.
type statsFlags struct {
	columns []statsColumn // in the order of the command line
	unit    unitFlag
}

func (f *statsFlags) addFlags(cmd *cobra.Command) {
	for _, flag := range []struct {
		figure
		what string
	}{
		{sumFigure, "add up the arguments `NAMES`"},
		{avgFigure, "show the average of the arguments `NAMES`"},
		{minFigure, "show the least value of the arguments `NAMES`"},
		{maxFigure, "show the greatest value of the arguments `NAMES`"},
	} {
		cmd.Flags().Var(&figureFlag{f, flag.figure}, string(flag.figure), flag.what)
		completeArguments(cmd, string(flag.figure))
	}
	f.unit.addFlags(cmd)
}

// A figureFlag is a flag that names the arguments of a figure.
type figureFlag struct {
	flags *statsFlags
	figure
}

func (f *figureFlag) Set(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		parsed, ok := parseArgument(text)
		if !ok {
			return errors.New("want names of arguments, or their numbers from 0, separated by commas")
		}
		c := statsColumn{f.figure, argument(parsed)}
		if slices.Contains(f.flags.columns, c) {
			return errors.New(c.arg.label() + " is named twice")
		}
		f.flags.columns = append(f.flags.columns, c)
	}
	return nil
}

func (f *figureFlag) String() string {
	if f.flags == nil { // the help of the flag asks for that
		return ""
	}
	var names []string
	for _, c := range f.flags.columns {
		if c.figure == f.figure {
			names = append(names, c.arg.String())
		}
	}
	return strings.Join(names, ",")
}

func (f *figureFlag) Type() string { return "list" }
