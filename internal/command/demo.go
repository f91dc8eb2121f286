package command

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

func newDemoCommand() *cobra.Command {
	var serve bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Trace a program that pretends to serve requests, for five seconds",
		Long: `Start a small program that pretends to serve requests, and trace its probes for about five
seconds: first its events, then how long the requests take. usdt prints the commands that it runs.
The program says itself what its probes and their arguments are called. Where the kernel does not
let this user trace, the program hands out its events itself, and usdt says so.

With --serve, the program runs until Ctrl-C, for you to trace it from another terminal.`,
		Example: `  sudo usdt demo
  usdt demo --serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if serve {
				return serveDemo(cmd)
			}
			return demonstrate(cmd)
		},
	}
	cmd.Flags().BoolVar(&serve, "serve", false, "run the program until Ctrl-C, and trace nothing")
	return cmd
}

// serveDemo runs the program until a signal, and says how to trace it.
func serveDemo(cmd *cobra.Command) (err error) {
	defer catchSignals(cmd)()
	server, err := startDemoServer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	pid := server.cmd.Process.Pid
	fmt.Fprintf(cmd.OutOrStdout(), "A program that serves requests runs as process %d, "+
		"until Ctrl-C.\nTry in another terminal:\n\n", pid)
	if server.state == isLoaded {
		fmt.Fprintf(cmd.OutOrStdout(), "  sudo usdt list -v -p %d\n  sudo usdt trace -p %[1]d 'demo:*'\n"+
			"  sudo usdt latency -p %[1]d demo:request --duration 4s\n\nor, without any right:\n\n", pid)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "  usdt trace --at unix:%s 'demo:*'\n", server.socket)
	<-cmd.Context().Done()
	return nil
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
	obstacle := errors.New(server.state)
	if server.state == isLoaded {
		if obstacle = demonstrateAll(cmd, "-p", pid); obstacle == nil {
			return nil
		}
	}
	if cmd.Context().Err() != nil {
		return obstacle
	}
	fmt.Fprintf(cmd.OutOrStdout(), "\nThe kernel does not trace here: %s\n"+
		"So the program hands out its events itself, which takes no right:\n",
		printable.Escape(strings.ReplaceAll(obstacle.Error(), "\n", "; ")))
	return demonstrateAll(cmd, "--at", "unix:"+server.socket)
}

// demonstrateAll runs commands that trace the program that the flag names, until one fails.
func demonstrateAll(cmd *cobra.Command, flag, value string) error {
	for _, args := range [][]string{
		{"list", "-v", flag, value},
		{"trace", flag, value, "demo:*", "--count", "12"},
		{"latency", flag, value, "demo:request", "--duration", "4s"},
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
	cmd    *exec.Cmd
	socket string // where it hands out its events
	state  string // isLoaded, or why it is not
	stop   func() error
}

// startDemoServer returns when the probes can be traced. The caller stops it.
func startDemoServer() (_ *demoServer, err error) {
	program, err := os.Executable()
	if err != nil { // no proc file system
		if program, err = exec.LookPath(os.Args[0]); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "usdt")
	if err != nil {
		return nil, fmt.Errorf("make a directory for a socket: %w; set TMPDIR to another place", err)
	}
	s := &demoServer{socket: filepath.Join(dir, "demo.sock")}
	// #nosec G204 G702 -- this very program
	s.cmd = exec.Command(program, demoServerCommand, s.socket)
	s.cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=")
	s.cmd.Stderr = os.Stderr
	// It ends at the end of its input, so it ends with this process, whatever ends that.
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program to be traced: %w",
			errors.Join(err, os.RemoveAll(dir)))
	}
	s.stop = func() error {
		_ = stdin.Close()
		return errors.Join(s.cmd.Wait(), os.RemoveAll(dir))
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		_ = s.stop() // the program has said why on stderr
		return nil, errors.New("the program to be traced did not start")
	}
	s.state = lines.Text()
	return s, nil
}
