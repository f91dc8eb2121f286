package kubernetes_test

import (
	"os"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

func TestMain(m *testing.M) { os.Exit(cluster.Main(m)) }
