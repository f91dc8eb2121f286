package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// What help says of the flags that tell what arguments point to.
const (
	strHelp = "argument `N`, from 0, of probes that are not described, or PROVIDER:PROBE:N, " +
		"points to text that ends with a NUL"
	bytesHelp = "argument `N`, from 0, of probes that are not described, or PROVIDER:PROBE:N, " +
		"points to as many bytes as argument N+1 says"
)

// A pointed is an argument of which the user says that it points to something.
type pointed struct {
	text    string   // as the user wrote it
	pattern *pattern // of the probes that are meant; nil: all that are not described
	arg     uprobe.Argument
}

// pointedFlag is a list of these, as a flag.
type pointedFlag []pointed

var errPointed = errors.New("want N or PROVIDER:PROBE:N, where N is an argument; the first is 0")

func (f *pointedFlag) Set(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		p := pointed{text: text}
		arg := text
		if colon := strings.LastIndexByte(text, ':'); colon >= 0 {
			probes, err := parsePattern(text[:colon])
			if err != nil {
				return errPointed
			}
			p.pattern, arg = &probes, text[colon+1:]
		}
		var ok bool
		if p.arg, ok = parseArgument(arg); !ok {
			return errPointed
		}
		*f = append(*f, p)
	}
	return nil
}

func (f *pointedFlag) String() string {
	var texts []string
	for _, p := range *f {
		texts = append(texts, p.text)
	}
	return strings.Join(texts, ",")
}

func (f *pointedFlag) Type() string { return "list" }

// means reports whether the user means the argument at a place of a site.
func (p pointed) means(s uprobe.Site, place int) bool {
	switch {
	case p.pattern != nil && !p.pattern.matches(nameOf(s.Note)):
		return false
	case p.pattern == nil && p.arg.Name == "" && s.Signature != nil:
		return false
	}
	at, err := s.Place(p.arg)
	return err == nil && at == place
}

// isKnown reports whether the signature of a site says by itself what the user says: that the
// argument points to text or, with a length, to bytes.
func (p pointed) isKnown(s uprobe.Site, hasLength bool) bool {
	place, err := s.Place(p.arg)
	if err != nil || p.pattern != nil && !p.pattern.matches(nameOf(s.Note)) {
		return false
	}
	param := s.Signature.At(place)
	return param != nil && param.Place == place && param.Type.Kind.IsAddress() &&
		(!hasLength || param.Places() == 2)
}

// mean reports whether any of the list means the argument.
func (f pointedFlag) mean(s uprobe.Site, place int) bool {
	return slices.ContainsFunc(f, func(p pointed) bool { return p.means(s, place) })
}

// is reports whether it is the argument a at any site of a probe, even if the signature of the site
// says what that is.
func (p pointed) is(a argument, probe uprobe.Probe) bool {
	return slices.ContainsFunc(probe.Sites, func(s uprobe.Site) bool {
		place, err := s.Place(uprobe.Argument(a))
		if err != nil {
			return false
		}
		at, err := s.Place(p.arg)
		return p.means(s, place) || err == nil && at == place && p.isKnown(s, false)
	})
}

// A target is what an argument of a site points to: String, Text or Bytes.
type target struct {
	place int
	kind  signature.Kind
}

// targets returns what the arguments of a site point to, as the user or the signature says. It
// leaves out arguments that cannot be read or that are too small for an address.
func targets(s uprobe.Site, strings, bytes pointedFlag) []target {
	args := s.Args()
	var targets []target
	for place, a := range args {
		if a.Kind == operand.Invalid || !isAddress(s.Note, a) {
			continue
		}
		param := s.Signature.At(place)
		hasLength := place+1 < len(args) && args[place+1].Kind != operand.Invalid
		switch {
		case strings.mean(s, place):
			targets = append(targets, target{place, signature.String})
		case bytes.mean(s, place) && hasLength:
			targets = append(targets, target{place, signature.Bytes})
		case param == nil || param.Place != place || !param.Type.Kind.IsAddress():
		case param.Places() == 1 || hasLength:
			targets = append(targets, target{place, param.Type.Kind})
		}
	}
	return targets
}

// isAddress reports whether an argument of a note can be an address.
func isAddress(n sdtnote.Note, a operand.Arg) bool {
	return a.Size == operand.AddressSize(n) && !a.Float
}

// unused returns the first of the list that is of use for none of the sites.
func (f pointedFlag) unused(
	sites []uprobe.Site, hasLength bool, of func(uprobe.Site) []target,
) *pointed {
	for i, p := range f {
		if !slices.ContainsFunc(sites, func(s uprobe.Site) bool {
			return p.isKnown(s, hasLength) || slices.ContainsFunc(of(s), func(t target) bool {
				return p.means(s, t.place)
			})
		}) {
			return &f[i]
		}
	}
	return nil
}
