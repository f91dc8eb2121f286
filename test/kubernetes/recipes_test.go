package kubernetes_test

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

// testRecipes: each of the documented ways to trace a pod shows the orders that it gets.
func testRecipes(t *testing.T) {
	restricted, dev := shops(t, "shop")[0], shops(t, "shop-dev")[0]
	for _, test := range []struct {
		name string
		of   pod
		args []string
	}{
		{"exporter.sh", restricted, []string{"trace", "shop:order", "--count", "1"}},
		{"node.sh", restricted, []string{"trace", "shop:order", "--count", "1"}},
		{"forward.sh", restricted, []string{"6060", "trace", "shop:order", "--count", "1"}},
		{"restricted.sh", restricted,
			[]string{"localhost:6060", "trace", "shop:order", "--count", "1"}},
		{"ephemeral.sh", dev, []string{"shop", "trace", "shop:order", "--count", "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := recipe(test.name, test.of, test.args...)
			want := regexp.MustCompile(` shop:order id=\d+ customer="` + test.name + `" cents=390\n`)
			if got := orderUntilEnd(t, cmd, test.of, test.name); !want.MatchString(got) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// testRecipeThatEndsAtOnce: whoever calls a recipe gets all that usdt prints, however soon it ends,
// and its exit status.
func testRecipeThatEndsAtOnce(t *testing.T) {
	restricted, dev := shops(t, "shop")[0], shops(t, "shop-dev")[0]
	for _, cmd := range []*exec.Cmd{
		recipe("node.sh", restricted, "list"),
		recipe("restricted.sh", restricted, "localhost:6060", "list"),
		recipe("ephemeral.sh", dev, "shop", "list"),
	} {
		got, err := cluster.Output(cmd)
		if err != nil || !strings.Contains(got, "PROVIDER:PROBE ") ||
			!strings.Contains(got, "shop:order ") {
			t.Errorf("%s: %v, %q", cmd, err, got)
		}
	}
	_, err := cluster.Output(recipe("node.sh", restricted, "list", "--none"))
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "usdt: unknown flag: --none") {
		t.Errorf("a wrong flag: %v", err)
	}
}

// testEphemeralIsRefused: a restricted namespace takes no container that may trace.
func testEphemeralIsRefused(t *testing.T) {
	_, err := cluster.Output(recipe("ephemeral.sh", shops(t, "shop")[0], "shop", "list"))
	if err == nil || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		t.Errorf("it says: %v", err)
	}
}

func recipe(name string, p pod, arguments ...string) *exec.Cmd {
	cmd := exec.Command(recipes+name, append([]string{p.namespace, p.name}, arguments...)...)
	cmd.Env = append(os.Environ(), "IMAGE=usdt:test", "DEBUG_NAMESPACE=usdt")
	return cmd
}

// orderUntilEnd has a customer order in the pod until the command ends, which waits for an order,
// and returns what the command has printed.
func orderUntilEnd(t *testing.T, cmd *exec.Cmd, p pod, customer string) string {
	t.Helper()
	var output string
	done := make(chan error, 1)
	go func() {
		text, err := cluster.Output(cmd)
		output = text
		done <- err
	}()
	eventually(t, strings.Join(cmd.Args, " "), func() error {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return nil
		default:
		}
		if err := p.order(customer); err != nil {
			return err
		}
		return errors.New("it has not ended")
	})
	return output
}
