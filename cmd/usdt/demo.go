//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Trace a program that pretends to serve requests, for five seconds",
		Long: `Start a small program that pretends to serve requests, and trace its probes for about five
seconds: first its events, then how long the requests take. usdt prints the commands that it runs.
The program says itself what its probes and their arguments are called.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demonstrate(cmd) },
	}
}

func demonstrate(cmd *cobra.Command) (err error) {
	defer catchSignals(cmd)()
	server, err := startDemoServer()
	if err != nil {
		return err
	}
	defer func() {
		if ended := server.stop(); err == nil {
			err = ended
		}
	}()
	pid := strconv.Itoa(server.cmd.Process.Pid)
	fmt.Fprintf(cmd.OutOrStdout(),
		"A program that serves requests runs as process %s. It has these probes:\n", pid)
	for _, args := range [][]string{
		{"list", "-v", "-p", pid},
		{"trace", "-p", pid, "demo:*", "--count", "12"},
		{"latency", "-p", pid, "demo:request", "--duration", "4s"},
	} {
		if err := demonstrateCommand(cmd, args); err != nil || cmd.Context().Err() != nil {
			return err
		}
	}
	return nil
}

// demonstrateCommand prints a command line of usdt and runs it.
func demonstrateCommand(cmd *cobra.Command, args []string) error {
	var words []string
	for _, arg := range args {
		if strings.Contains(arg, "*") {
			arg = "'" + arg + "'"
		}
		words = append(words, arg)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "\n$ usdt %s\n", strings.Join(words, " "))
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(cmd.OutOrStdout())
	root.SetErr(cmd.ErrOrStderr())
	return root.ExecuteContext(cmd.Context())
}

// demoServer is the command demo-server of this program, in another process.
type demoServer struct {
	cmd  *exec.Cmd
	stop func() error
}

// startDemoServer returns when the probes can be traced.
func startDemoServer() (*demoServer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, demoServerCommand) // #nosec G204 -- this very program
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=")
	cmd.Stderr = os.Stderr
	// It ends at the end of its input, so it ends with this process, whatever ends that.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program to be traced: %w", err)
	}
	server := &demoServer{cmd, func() error {
		_ = stdin.Close()
		return cmd.Wait()
	}}
	if !bufio.NewScanner(stdout).Scan() {
		_ = server.stop() // the program has said why on stderr
		return nil, errors.New(
			"the program to be traced could not load its probes; usdt doctor may know why")
	}
	return server, nil
}
