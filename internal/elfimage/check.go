package elfimage

import (
	"errors"
	"fmt"
	"strings"
)

// check says why there can be no image of s for m.
func (s Spec) check(m *machine) error {
	if m == nil {
		return fmt.Errorf("%w: no images for machine %v", errors.ErrUnsupported, s.Machine)
	}
	if err := m.checkSite(s.Site); err != nil {
		return err
	}
	if err := checkName(s.Provider); err != nil {
		return fmt.Errorf("provider name: %w", err)
	}
	for i, p := range s.Probes {
		if err := p.check(); err != nil {
			return fmt.Errorf("probe %d (%q): %w", i, abbreviate(p.Name), err)
		}
	}
	return nil
}

func (p Probe) check() error {
	if err := checkName(p.Name); err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if len(p.Args) > MaxArgs {
		return fmt.Errorf("%d arguments, at most %d", len(p.Args), MaxArgs)
	}
	for i, size := range p.Args {
		switch size {
		case 1, 2, 4, 8, -1, -2, -4, -8:
		default:
			return fmt.Errorf("argument %d: size %d, must be 1, 2, 4 or 8, or negative for a signed one",
				i, size)
		}
	}
	return nil
}

func (m *machine) checkSite(site []byte) error {
	switch {
	case len(site) == 0:
		return errors.New("no machine code for the sites")
	case len(site) > m.longest:
		return fmt.Errorf("site of %d bytes, at most %d", len(site), m.longest)
	case len(site)%m.instruction != 0:
		return fmt.Errorf("site of %d bytes, instructions take %d", len(site), m.instruction)
	}
	return nil
}

func checkName(name string) error {
	if name == "" {
		return errors.New("empty")
	}
	if i := strings.IndexByte(name, 0); i >= 0 {
		return fmt.Errorf("byte %d is NUL", i)
	}
	return nil
}

// abbreviate keeps an error message readable whatever the length of the name in it.
func abbreviate(name string) string {
	const enough = 128
	if len(name) <= enough {
		return name
	}
	return name[:enough] + "..."
}
