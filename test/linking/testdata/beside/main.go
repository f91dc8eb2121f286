// Command beside loads a provider of the library and one of an installed libstapsdt.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../../installed/include
#cgo LDFLAGS: -L${SRCDIR}/../../installed/lib
#cgo !archive LDFLAGS: -lstapsdt -Wl,-rpath,${SRCDIR}/../../installed/lib
#cgo archive LDFLAGS: -l:libstapsdt.a -ldl
#include <libstapsdt.h>

static int load(void) {
	SDTProvider_t *provider = providerInit("beside");
	SDTProbe_t *probe = providerAddProbe(provider, "hit", 1, int64);
	int result = providerLoad(provider);
	probeFire(probe, 1LL);
	providerDestroy(provider);
	return result;
}
*/
import "C"

import (
	"fmt"

	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	provider := stapsdt.MustProvider("beside")
	hit := stapsdt.MustProbe1[int](provider, "hit")
	if err := provider.Load(); err != nil {
		panic(err)
	}
	hit.Fire(1)
	if result := C.load(); result != 0 {
		panic(fmt.Sprint("providerLoad: ", result))
	}
	hit.Fire(1)
	if err := provider.Close(); err != nil {
		panic(err)
	}
	fmt.Println("loaded both")
}
