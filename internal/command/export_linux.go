package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
)

// exportFlags are the flags of usdt export.
type exportFlags struct {
	config string
	check  bool
	listen string

	hasListen bool // also if it is empty
	state     configState
}

func newExportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export --config FILE [--check] [--listen ADDRESS]",
		Short: "Serve and send what probes of this machine fire",
		Long: `Trace what a configuration says, and make metrics, spans and log records of it: metrics for
Prometheus to scrape, and all three for a receiver of OTLP. It counts in the kernel, and follows
processes as they start and stop, until SIGTERM or SIGINT.

The configuration is a file of YAML: docs/export.md describes it. It is read again on SIGHUP, and
when it changes; if it is wrong then, usdt says why and goes on with what it had. With --check,
usdt only says what is wrong with it.`,
		Example: `  usdt export --config export.yaml --check
  sudo usdt export --config /etc/usdt/export.yaml
  sudo usdt export --config export.yaml --listen 0.0.0.0:9844`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.config, "config", "c", "", "take the configuration from `FILE`")
	flags.BoolVar(&f.check, "check", false, "only say what is wrong with the configuration")
	flags.StringVar(&f.listen, "listen", "",
		"serve at `ADDRESS`, HOST:PORT, whatever the configuration says")
	mustComplete(cmd, "config",
		cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt))
	mustComplete(cmd, "listen", cobra.NoFileCompletions)
	return cmd
}

func (f *exportFlags) run(cmd *cobra.Command) error {
	if f.config == "" {
		return usagef("which configuration? use --config FILE")
	}
	if wrong := config.CheckListen(f.listen); wrong != "" {
		return usagef("--listen: %s", wrong)
	}
	f.state.read = stateOf(f.config)
	f.hasListen = cmd.Flags().Changed("listen")
	c, err := config.Read(f.config)
	if err == nil {
		err = f.override(c)
	}
	switch {
	case err != nil:
		return err
	case f.check:
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s, %s, %s\n",
			plural(len(c.Metrics), "metric", "metrics"), plural(len(c.Spans), "span", "spans"),
			plural(len(c.Logs), "log", "logs"))
		return err
	case exportFront == nil:
		return errNoFront
	}
	return f.export(cmd, c)
}

// errNoFront is the error of the program that go install builds.
var errNoFront = errors.New("the configuration is right, but this usdt has nothing that serves " +
	"and sends: use the one of a release or of a package, or build the package usdt of the module " +
	"github.com/go-usdt/usdt/export")

// closePatience is how long what is there may take to be sent at the end.
const closePatience = 5 * time.Second

// export carries out a configuration until a signal ends it.
func (f *exportFlags) export(cmd *cobra.Command, c *config.Config) (err error) {
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	hangups, release := catchExportSignals(cmd)
	defer release()
	ctx := cmd.Context()
	e, err := newExporter(cmd, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if e.sink, err = exportFront.Open(front.Setup{
		Version: moduleVersion(), Listen: c.Listen, Profiles: c.Pprof, OTLP: front.OTLP(c.OTLP),
		Collect: e.collect, Ready: e.isReady, Log: log,
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.detach(), closeSink(e.sink)) }()
	limitRights(log)
	if err := e.apply(c); err != nil {
		return err
	}
	go f.reload(ctx, e, hangups)
	go e.drain(ctx)
	e.follow(ctx)
	return nil
}

// override puts flags in place of what the configuration says.
func (f *exportFlags) override(c *config.Config) error {
	if !f.hasListen {
		return nil
	}
	c.Listen = f.listen
	if c.WastesMetrics() {
		return usagef(`--listen "": metrics go nowhere; give an address, or set ` +
			"otlp: {metrics: true} in the configuration")
	}
	return nil
}

// closeSink has the sink send what it has.
func closeSink(s front.Sink) error {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	return s.Close(ctx)
}
