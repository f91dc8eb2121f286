package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// SystemDirectory has the descriptions that are installed on a system.
const SystemDirectory = "/usr/share/usdt"

// A Catalog is descriptions. Several goroutines may use it at once.
type Catalog struct {
	mutex   sync.Mutex
	found   map[signature.Name]described
	builtin map[string]bool // the providers of which found has what is built in
}

// described is what one place says of a probe.
type described struct {
	forms  Forms
	origin string
}

// Forms are the signatures that a probe has in different versions of its program: at least one.
type Forms []*signature.Signature

// For returns the form that has so many places, or the first one.
func (f Forms) For(places int) *signature.Signature {
	for _, s := range f {
		if s.Places() == places {
			return s
		}
	}
	return f[0]
}

// Find returns what is known of a probe, and from where; or nil.
func (c *Catalog) Find(provider, probe string) (known Forms, origin string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	name := signature.Name{Provider: provider, Probe: probe}
	if _, ok := c.found[name]; !ok && !c.builtin[provider] {
		if of := Builtin(provider); of != nil {
			c.builtin[provider] = true
			c.add(of, "the description that is built in")
		}
	}
	d := c.found[name]
	return d.forms, d.origin
}

// Open reads descriptions. Of several for one probe, the first counts: in the files that the user
// has named, then in his directory, usdt in [os.UserConfigDir], then in [SystemDirectory], then
// built in. Directories are read in the order of the names in them, and only files that end in .d.
//
// A mistake in a file that the user has named is an error. Others with mistakes are skipped.
func Open(named []string) (c *Catalog, skipped []error, err error) {
	return open(named, directories())
}

func directories() []string {
	config, err := os.UserConfigDir()
	if err != nil {
		return []string{SystemDirectory} // the user has no home
	}
	return []string{filepath.Join(config, "usdt"), SystemDirectory}
}

func open(named, directories []string) (c *Catalog, skipped []error, err error) {
	c = &Catalog{found: make(map[signature.Name]described), builtin: make(map[string]bool)}
	for _, path := range named {
		if err := c.addFile(path, anyOwner); err != nil {
			return nil, nil, err
		}
	}
	for _, directory := range directories {
		paths, err := list(directory)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		skipped = append(skipped, prefixed("descriptions are not read", err))
		for _, path := range paths {
			skipped = append(skipped, prefixed("a description is not read", c.addFile(path, trusted)))
		}
	}
	return c, slices.DeleteFunc(skipped, func(err error) bool { return err == nil }), nil
}

func prefixed(text string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", text, err)
}

// addFile adds the description in a file whose owner is acceptable.
func (c *Catalog) addFile(path string, check ownerCheck) error {
	text, err := read(path, check)
	if err != nil {
		return err
	}
	signatures, err := provider.Parse(path, text)
	if err != nil {
		return err
	}
	c.add(signatures, path)
	return nil
}

func (c *Catalog) add(signatures []signature.Signature, origin string) {
	for i := range signatures {
		s := &signatures[i]
		name := signature.Name{Provider: s.Provider, Probe: s.Probe}
		if d, known := c.found[name]; !known || d.origin == origin {
			c.found[name] = described{append(d.forms, s), origin}
		}
	}
}
