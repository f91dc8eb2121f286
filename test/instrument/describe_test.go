//go:build linux && (amd64 || arm64)

package instrument

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/selftrace"
)

func TestDescribe(t *testing.T) {
	for _, provider := range providers {
		t.Run(provider, func(t *testing.T) { selftrace.Describe(t, provider) })
	}
}
