//go:build !linux || (!amd64 && !arm64)

package stapsdt

import (
	"fmt"
	"runtime"
)

// image is never made on this platform.
type image struct {
	probes []*Probe
	path   string
}

func (p *Provider) loadImage([]*Probe) (*image, error) {
	return nil, fmt.Errorf("%w: probes need linux/amd64 or linux/arm64, this is %s/%s", ErrUnsupported, runtime.GOOS, runtime.GOARCH)
}

func (im *image) unload() error { return nil }

func (im *image) address() uintptr { return 0 }

func idleWord() entryWord { return 0 }
