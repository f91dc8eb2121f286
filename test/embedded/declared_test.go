//go:build linux && (amd64 || arm64)

package embedded

import (
	"fmt"
	"os"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

// These are declared before main, so that usdt embed finds them.
var (
	shop  = stapsdt.MustProvider("shop")
	order = stapsdt.MustProbe2[int64, string](shop, "order", "id", "customer")

	// Two libraries may choose the same name.
	twins = [2]*stapsdt.Provider{stapsdt.MustProvider("twin"), stapsdt.MustProvider("twin")}
	both  = [2]*stapsdt.Probe1[int32]{
		stapsdt.MustProbe1[int32](twins[0], "both"), stapsdt.MustProbe1[int32](twins[1], "both")}
	second = stapsdt.MustProbe0(twins[1], "second")

	changing = declareChanging()
	many     = declareMany()
)

// What is declared depends on these variables, so that the file can have other probes than the
// process: with more than fit, and with other arguments of one.
const (
	wide  = "USDT_TEST_WIDE"
	crowd = "USDT_TEST_CROWD"
)

func declareChanging() *stapsdt.Probe {
	if os.Getenv(wide) != "" {
		return &stapsdt.MustProbe1[int64](shop, "changing").Probe
	}
	return &stapsdt.MustProbe1[int32](shop, "changing").Probe
}

const crowdSize = 600

func declareMany() (probes []*stapsdt.Probe1[int]) {
	if os.Getenv(crowd) == "" {
		return nil
	}
	p := stapsdt.MustProvider("many")
	for i := range crowdSize {
		probes = append(probes, stapsdt.MustProbe1[int](p, fmt.Sprintf("p%03d", i)))
	}
	return probes
}
