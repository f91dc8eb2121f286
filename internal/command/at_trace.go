package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// maxRemoteBuffer is in MiB: what stapsdthttp lends all who listen.
const maxRemoteBuffer = 64

// traceAt carries out the command by the program itself.
func (f *traceFlags) traceAt(cmd *cobra.Command, args []string) error {
	patterns, parsed, err := f.check(cmd, args, maxRemoteBuffer)
	if err != nil {
		return err
	}
	if f.stack {
		return errStackAt()
	}
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	plan, err := f.plan(s.probes, parsed)
	if err != nil {
		return err
	}
	if err := plan.checkTexts(); err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	defer catchSignals(cmd)()
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	stream, err := s.client.Trace(ctx, remote.Request{
		Patterns: patterns, Where: string(f.where), Duration: f.duration, Limit: f.count,
		Text: f.limit, Buffer: f.buffer << 20,
	})
	if err != nil {
		return asUsage(err)
	}
	defer stream.Close()
	plan, err = f.plan(byName(stream.Probes), parsed)
	if err != nil {
		return err
	}
	lifetime := f.beginAt(cmd, s)
	defer lifetime.close()
	context.AfterFunc(lifetime, cancel)
	events := f.writer(plan)
	source := newRemoteSource(stream, plan, f.laterProbes(parsed, events))
	r := traceRun{
		source: source, events: events, limit: f.count,
		out: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), isLostKnown: true,
		stop: func() (finished bool, err error) {
			stream.Finish()
			time.AfterFunc(endPatience, cancel)
			return true, nil
		},
	}
	err = r.run(lifetime)
	source.tell(r.stderr)
	return errors.Join(err, source.broken)
}

// endPatience is how long to wait for the last word of a program that should have ended.
const endPatience = 2 * time.Second

// checkTexts reports a number that a format takes for the address of text: the program hands out
// only what its own types say.
func (p *tracePlan) checkTexts() error {
	for i, probe := range p.probes {
		for _, c := range p.captures[i] {
			param := probe.Sites[0].Signature.At(c.Arg)
			if !param.Type.Kind.IsAddress() || param.Place != c.Arg {
				return usagef("format for %s: %s (%s) is no text; with --at, no memory is read",
					printable.Text(probe.String()), printable.Text(param.Label()),
					printable.Text(param.Type.Name))
			}
		}
	}
	return nil
}

// beginAt begins the lifetime. The program ends it after the duration, and says then what was lost;
// only if it does not, the lifetime ends by itself.
func (f *commonFlags) beginAt(cmd *cobra.Command, s *remoteSelection) *lifetime {
	duration := f.duration
	if duration > 0 {
		duration += endPatience
	}
	where := fmt.Sprintf("%s at %s", s.process, printable.Text(s.client.String()))
	return begin(cmd, len(s.probes), where, duration)
}

// laterProbes returns what plans a probe that the program has declared since the tracing began, and
// shows it to the writer. The error says why the format does not fit it.
func (f *traceFlags) laterProbes(
	parsed *format.Format, events eventWriter,
) func(uprobe.Probe) (*tracePlan, error) {
	return func(probe uprobe.Probe) (*tracePlan, error) {
		p, err := f.plan([]uprobe.Probe{probe}, parsed)
		if err == nil {
			err = p.checkTexts()
		}
		if err != nil {
			return nil, err
		}
		events.add(p)
		return p, nil
	}
}
