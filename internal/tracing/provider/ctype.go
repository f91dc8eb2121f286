package provider

import (
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A layout is how the values of a type are read and how large they are. The zero value is that of a
// type which is not known: the note says.
type layout struct {
	kind signature.Kind
	size int
}

var (
	signed1, signed2, signed4, signed8 = signed(1), signed(2), signed(4), signed(8)
	unsigned1, unsigned2               = unsigned(1), unsigned(2)
	unsigned4, unsigned8               = unsigned(4), unsigned(8)
	address                            = layout{signature.Pointer, 8}
	text                               = layout{signature.String, 8}
)

func signed(size int) layout   { return layout{signature.Int, size} }
func unsigned(size int) layout { return layout{signature.Uint, size} }

// names are the types that have a name of one word, other than those of the language C itself: of
// its library, of POSIX, of D, and some that many programs define. Sizes are those of 64-bit Linux.
var names = map[string]layout{
	"int8_t": signed1, "int16_t": signed2, "int32_t": signed4, "int64_t": signed8,
	"uint8_t": unsigned1, "uint16_t": unsigned2, "uint32_t": unsigned4, "uint64_t": unsigned8,
	"u_int8_t": unsigned1, "u_int16_t": unsigned2, "u_int32_t": unsigned4, "u_int64_t": unsigned8,
	"int8": signed1, "int16": signed2, "int32": signed4, "int64": signed8,
	"uint8": unsigned1, "uint16": unsigned2, "uint32": unsigned4, "uint64": unsigned8,
	"intptr_t": signed8, "uintptr_t": unsigned8, "ptrdiff_t": signed8,
	"size_t": unsigned8, "ssize_t": signed8, "off_t": signed8, "time_t": signed8,
	"pid_t": signed4, "uid_t": unsigned4, "gid_t": unsigned4, "mode_t": unsigned4,
	"dev_t": unsigned8, "ino_t": unsigned8, "socklen_t": unsigned4, "pthread_t": unsigned8,
	"uchar_t": unsigned1, "ushort_t": unsigned2, "uint_t": unsigned4, "ulong_t": unsigned8,
	"longlong_t": signed8, "u_longlong_t": unsigned8,
	"uint": unsigned4, "ushort": unsigned2, "ulong": unsigned8,
	"bool": {signature.Bool, 1}, "_Bool": {signature.Bool, 1}, "boolean_t": {signature.Bool, 4},
	"string": text, "caddr_t": address, "hrtime_t": {signature.Duration, 8},
}

// words are what types of C are made of.
var words = []string{
	"char", "short", "int", "long", "float", "double", "signed", "unsigned", "void",
}

// A declarator collects the parts of a type.
type declarator struct {
	name     []string // the words of the type as it was written, apart from pointers
	words    []string // those of them that are words of C
	named    string   // the one that is the name of a type, of a structure or of an enumeration
	layout   layout   // of the named type
	pointers int
}

// String returns the type as it is shown: const char *.
func (d *declarator) String() string {
	text := strings.Join(d.name, " ")
	if d.pointers > 0 {
		text += " " + strings.Repeat("*", d.pointers)
	}
	return text
}

// isComplete reports whether the type has more than qualifiers.
func (d *declarator) isComplete() bool { return len(d.words) > 0 || d.named != "" }

// isVoid reports whether the type is void, which has no values.
func (d *declarator) isVoid() bool {
	return d.pointers == 0 && slices.Equal(d.words, []string{"void"})
}

// isBytes reports whether the type is that of an address of bytes.
func (d *declarator) isBytes() bool {
	if d.pointers != 1 {
		return false
	}
	if d.named != "" {
		return d.layout == unsigned1
	}
	base, problem := basic(d.words)
	return problem == "" && base == unsigned1 || slices.Equal(d.words, []string{"void"})
}

// value returns the layout of the values of the type, or what is wrong with it.
func (d *declarator) value() (value layout, problem string) {
	base := d.layout
	if d.named == "" && (d.pointers == 0 || !slices.Equal(d.words, []string{"void"})) {
		base, problem = basic(d.words)
	}
	switch {
	case problem != "" || d.pointers == 0:
		return base, problem
	case d.pointers == 1 && d.isChar():
		return text, ""
	}
	return address, ""
}

func (d *declarator) isChar() bool {
	return slices.Contains(d.words, "char") && !slices.Contains(d.words, "unsigned")
}

// basic returns the layout of a type of C, or what is wrong with it.
func basic(of []string) (value layout, problem string) {
	const most = 4 // unsigned long long int
	if len(of) > most {
		return layout{}, "a type of C has at most 4 words"
	}
	count := make(map[string]int)
	for _, word := range of {
		count[word]++
	}
	sizes := count["char"] + count["short"] + min(count["long"], 1)
	numbers := count["float"] + count["double"] + count["void"]
	signs := count["signed"] + count["unsigned"]
	switch {
	case count["double"] == 1 && count["long"] == 1 && len(of) == 2:
		return layout{}, "a long double is not an argument of a probe"
	case numbers > 1 || numbers == 1 && len(of) > 1, sizes > 1, signs > 1, count["long"] > 2,
		count["int"] > 1, count["char"]+count["int"] > 1:
		return layout{}, strings.Join(of, " ") + " is no type of C"
	case count["void"] == 1:
		return layout{}, "void has no values; for an address write void *"
	case count["float"] == 1:
		return layout{signature.Float, 4}, ""
	case count["double"] == 1:
		return layout{signature.Float, 8}, ""
	}
	value = signed4
	switch {
	case count["char"] > 0:
		value.size = 1
	case count["short"] > 0:
		value.size = 2
	case count["long"] > 0:
		value.size = 8
	}
	if count["unsigned"] > 0 {
		value.kind = signature.Uint
	}
	return value, ""
}
