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
func Open(named []string, files Files) (c *Catalog, skipped []error, err error) {
	return open(named, directories(), files)
}

func directories() []string {
	config, err := os.UserConfigDir()
	if err != nil {
		return []string{SystemDirectory} // the user has no home
	}
	return []string{filepath.Join(config, "usdt"), SystemDirectory}
}

// These bound what is taken because of where it is.
const (
	maxFound   = 8 << 20 // bytes of all files
	maxSkipped = 8       // errors
)

func open(named, directories []string, files Files) (c *Catalog, skipped []error, err error) {
	c = &Catalog{found: make(map[signature.Name]described), builtin: make(map[string]bool)}
	for _, path := range named {
		text, err := files.ReadDescription(path, true)
		if err == nil {
			err = c.addText(path, text)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	room := maxFound
	for _, directory := range directories {
		paths, err := files.ListDescriptions(directory)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		skipped = append(skipped, prefixed("descriptions are not read", err))
		for _, path := range paths {
			err := c.addFound(path, files, &room)
			skipped = append(skipped, prefixed("a description is not read", err))
		}
	}
	return c, fewErrors(skipped), nil
}

// fewErrors returns the errors, or the first of them and the number of the others.
func fewErrors(errs []error) []error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if more := len(errs) - maxSkipped; more > 0 {
		errs = append(errs[:maxSkipped], fmt.Errorf("descriptions are not read: %d more", more))
	}
	return errs
}

func prefixed(text string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", text, err)
}

// addFound adds the description in a file that the user has not named.
func (c *Catalog) addFound(path string, files Files, room *int) error {
	if *room <= 0 {
		return fmt.Errorf("%s: those before it have more than %d bytes together", path, maxFound)
	}
	text, err := files.ReadDescription(path, false)
	if err != nil {
		return err
	}
	*room -= len(text)
	return c.addText(path, text)
}

// addText adds the description in the text of a file.
func (c *Catalog) addText(path, text string) error {
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
