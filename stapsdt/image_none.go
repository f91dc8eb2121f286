//go:build !linux || (!amd64 && !arm64)

package stapsdt

import (
	"fmt"
	"runtime"
)

// loadedImage is never made on this platform.
type loadedImage struct {
	probes []*Probe
	path   string
}

func (p *Provider) loadImage([]*Probe) (*loadedImage, error) {
	return nil, fmt.Errorf("%w: probes need linux/amd64 or linux/arm64, this is %s/%s",
		ErrUnsupported, runtime.GOOS, runtime.GOARCH)
}

func (im *loadedImage) unload() error { return nil }

func (im *loadedImage) address() uintptr { return 0 }

func idleWord() entryWord { return 0 }
