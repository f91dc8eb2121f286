package command

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// aggregateFlags are the flags of the commands that report what the kernel has counted.
type aggregateFlags struct {
	commonFlags
	interval time.Duration // 0: one report at the end
	asJSON   bool
	output   output
	stack    stackFlag
	folded   bool
}

func (f *aggregateFlags) addFlags(cmd *cobra.Command, interval time.Duration) {
	f.commonFlags.addFlags(cmd)
	f.stack.addFlag(cmd)
	cmd.Flags().DurationVarP(&f.interval, "interval", "i", interval,
		"report also every `TIME`, such as 1s, not only at the end")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "write JSON, one line for each report")
	cmd.Flags().BoolVar(&f.folded, "folded", false,
		"write stacks as programs that draw flame graphs read them, once at the end")
	cmd.MarkFlagsMutuallyExclusive("folded", "json")
	cmd.MarkFlagsMutuallyExclusive("folded", "interval")
	f.output.profiles = true
	f.output.addFlags(cmd)
}

// wantsStacks reports whether hits are counted by stacks, too.
func (f *aggregateFlags) wantsStacks() bool {
	return bool(f.stack) || f.wantsStackReport()
}

// wantsStackReport reports whether stacks are written at the end, beside all else.
func (f *aggregateFlags) wantsStackReport() bool { return f.folded || f.output.isProfile() }

func (f *aggregateFlags) checkInterval() error {
	if f.interval < 0 {
		return usagef("--interval %v is negative", f.interval)
	}
	return nil
}

// every calls f after each interval until ctx is done or f fails. An interval of 0 never passes.
func every(ctx context.Context, interval time.Duration, f func() error) error {
	var passed <-chan time.Time
	if interval > 0 {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		passed = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-passed:
		}
		if ctx.Err() != nil {
			return nil // both have happened: the last report has what is left
		}
		if err := f(); err != nil {
			return err
		}
	}
}

// separate separates the result for people from what is above it: rows, or the ^C of the user.
func (f *aggregateFlags) separate(w io.Writer) error {
	if f.interval == 0 && terminalWidth(w) == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\n")
	return err
}
