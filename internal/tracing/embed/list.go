package embed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A List is what a program declares. It is written as JSON, for machines that cannot run the
// program.
type List struct {
	Version   int       `json:"version"` // listVersion
	Libraries []Library `json:"libraries"`
}

const listVersion = 1

// A Library is what is declared with one copy of the library.
type Library struct {
	Library string  `json:"library"` // the import path of the module
	Probes  []Probe `json:"probes"`
	BTF     []byte  `json:"btf"` // a section .BTF with the signatures of the probes
}

// A Probe is one that was declared.
type Probe struct {
	Provider  string `json:"provider"`
	Name      string `json:"name"`
	Sizes     []int  `json:"sizes"`               // of the arguments, negative for signed ones
	Signature string `json:"signature,omitempty"` // for people; that in the BTF counts
}

// These bound what is read of a list.
const (
	maxList   = 16 << 20 // bytes
	maxNames  = 128      // bytes of a name, as in package stapsdt
	maxProbes = 1 << 16
	maxBTF    = 1 << 20 // bytes, as in package signature
)

// ReadList reads a list as JSON. It knows no other members than those of List, and takes 16 MiB at
// most.
func ReadList(r io.Reader) (List, error) {
	var l List
	limited := &io.LimitedReader{R: r, N: maxList + 1}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	err := d.Decode(&l)
	if err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = errors.New("the list does not end where it ends; is there a second one?")
		}
	}
	if limited.N == 0 {
		err = fmt.Errorf("the list is longer than %d bytes", maxList)
	}
	if err != nil {
		return List{}, fmt.Errorf("%w; write the list by usdt embed --print", err)
	}
	if l.Version != listVersion {
		return List{}, fmt.Errorf("version %d, want %d: write the list by this version of usdt",
			l.Version, listVersion)
	}
	return l, l.check()
}

func (l List) check() error {
	seen := make(map[string]bool)
	for _, library := range l.Libraries {
		if seen[library.Library] {
			return fmt.Errorf("%q is there twice", library.Library)
		}
		seen[library.Library] = true
		if err := library.check(); err != nil {
			return fmt.Errorf("library %q: %w", library.Library, err)
		}
	}
	return nil
}

func (l Library) check() error {
	if len(l.Probes) > maxProbes {
		return fmt.Errorf("%d probes, at most %d", len(l.Probes), maxProbes)
	}
	for _, p := range l.Probes {
		if err := p.check(); err != nil {
			return fmt.Errorf("probe %q:%q: %w", p.Provider, p.Name, err)
		}
	}
	if len(l.BTF) > maxBTF {
		return fmt.Errorf("%d bytes of signatures, at most %d", len(l.BTF), maxBTF)
	}
	_, err := signature.ReadBTF(l.BTF)
	return err
}

func (p Probe) check() error {
	for _, name := range []string{p.Provider, p.Name} {
		if name == "" || len(name) > maxNames || strings.ContainsFunc(name, isNoNameRune) {
			return errors.New("a name has 1 to 128 letters, digits and _ . -")
		}
	}
	if len(p.Sizes) > elfimage.MaxArgs {
		return fmt.Errorf("%d arguments, at most %d", len(p.Sizes), elfimage.MaxArgs)
	}
	for _, size := range p.Sizes {
		switch max(size, -size) {
		case 1, 2, 4, 8:
		default:
			return fmt.Errorf("an argument of %d bytes, want 1, 2, 4 or 8, negative if signed", size)
		}
	}
	return nil
}

func isNoNameRune(r rune) bool {
	isLetter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	return !isLetter && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r)
}

// Write writes the list as JSON, one probe on a line, with the signatures for people.
func (l List) Write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"version\": %d, \"libraries\": [", l.Version)
	for i, library := range l.Libraries {
		fmt.Fprintf(&b, "%s\n{\"library\": %s,\n \"probes\": [", comma(i), marshal(library.Library))
		signatures, err := signature.ReadBTF(library.BTF)
		if err != nil {
			return err
		}
		known := signature.NewSet(signatures)
		for i, p := range library.Probes {
			if s := known.Find(p.Provider, p.Name); s != nil {
				p.Signature = s.String()
			}
			if p.Sizes == nil {
				p.Sizes = []int{}
			}
			fmt.Fprintf(&b, "%s\n  %s", comma(i), marshal(p))
		}
		fmt.Fprintf(&b, "],\n \"btf\": %s}", marshal(library.BTF))
	}
	b.WriteString("]}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// marshal returns JSON of a value that has one.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
