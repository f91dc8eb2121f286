package profile

import (
	"compress/gzip"
	"errors"
	"io"
)

// Numbers of the fields of the messages.
const (
	profileType        = 1
	profileSample      = 2
	profileMapping     = 3
	profileLocation    = 4
	profileFunction    = 5
	profileText        = 6
	profileTime        = 9
	profileDuration    = 10
	profileComment     = 13
	profileDefaultType = 14

	typeName, typeUnit = 1, 2

	sampleLocation, sampleValue, sampleLabel = 1, 2, 3

	labelKey, labelText = 1, 2

	mappingID, mappingFile                      = 1, 5
	mappingHasFunctions, mappingHasInlineFrames = 7, 10

	locationID, locationMapping, locationAddress, locationLine = 1, 2, 3, 4

	lineFunction, lineNumber = 1, 2

	functionID, functionName, functionSystemName, functionFile = 1, 2, 3, 4
)

// Write writes the profile.
func (p *Profile) Write(w io.Writer) error {
	compressed := gzip.NewWriter(w)
	_, err := compressed.Write(p.encode())
	return errors.Join(err, compressed.Close())
}

// An encoder has the tables of a profile, to which samples refer by number.
type encoder struct {
	message   // the tables, written as they grow
	texts     map[string]uint64
	mappings  map[string]uint64
	functions map[function]uint64
	locations map[locationKey]uint64
}

type function struct{ name, file string }

type locationKey struct {
	process uint32
	address uint64
	frames  int // in some stacks, some are left out
}

func (p *Profile) encode() []byte {
	e := &encoder{
		texts: make(map[string]uint64), mappings: make(map[string]uint64),
		functions: make(map[function]uint64), locations: make(map[locationKey]uint64),
	}
	e.text("") // the first one must be empty
	for _, t := range p.Types {
		e.nested(profileType, e.valueType(t))
	}
	for _, s := range p.Samples {
		e.nested(profileSample, e.sample(s))
	}
	for _, c := range p.Comments {
		e.number(profileComment, e.text(c))
	}
	if !p.Began.IsZero() {
		e.number(profileTime, uint64(p.Began.UnixNano())) // #nosec G115 -- as protobuf has it
	}
	e.number(profileDuration, uint64(p.Duration)) // #nosec G115 -- as protobuf has it
	if n := len(p.Types); n > 0 {
		e.number(profileDefaultType, e.text(p.Types[n-1].Name))
	}
	return e.bytes
}

func (e *encoder) valueType(t Type) (m message) {
	m.number(typeName, e.text(t.Name))
	m.number(typeUnit, e.text(t.Unit))
	return m
}

func (e *encoder) sample(s Sample) (m message) {
	for _, l := range s.Stack {
		m.number(sampleLocation, e.location(l))
	}
	for _, v := range s.Values {
		m.always(sampleValue, uint64(v)) // #nosec G115 -- as protobuf has it
	}
	for _, l := range s.Labels {
		var label message
		label.number(labelKey, e.text(l.Name))
		label.always(labelText, e.text(l.Text))
		m.nested(sampleLabel, label)
	}
	return m
}

// text returns the number of a text.
func (e *encoder) text(s string) uint64 {
	n, known := e.texts[s]
	if !known {
		n = uint64(len(e.texts))
		e.texts[s] = n
		e.string(profileText, s)
	}
	return n
}

// location returns the number of a location.
func (e *encoder) location(l Location) uint64 {
	key := locationKey{l.Process, l.Address, len(l.Frames)}
	n, known := e.locations[key]
	if known {
		return n
	}
	n = uint64(len(e.locations)) + 1
	e.locations[key] = n
	var m message
	m.number(locationID, n)
	m.number(locationMapping, e.mapping(l.Object))
	m.number(locationAddress, l.Address)
	for _, f := range l.Frames {
		var line message
		line.number(lineFunction, e.function(function{f.Function, f.File}))
		line.number(lineNumber, uint64(f.Line)) // #nosec G115 -- not negative
		m.nested(locationLine, line)
	}
	e.nested(profileLocation, m)
	return n
}

// mapping returns the number of an object, 0 if it is not known.
func (e *encoder) mapping(object string) uint64 {
	n, known := e.mappings[object]
	if known || object == "" {
		return n
	}
	n = uint64(len(e.mappings)) + 1
	e.mappings[object] = n
	var m message
	m.number(mappingID, n)
	m.number(mappingFile, e.text(object))
	for field := mappingHasFunctions; field <= mappingHasInlineFrames; field++ {
		m.number(field, 1) // so that pprof does not look for them
	}
	e.nested(profileMapping, m)
	return n
}

func (e *encoder) function(f function) uint64 {
	n, known := e.functions[f]
	if known {
		return n
	}
	n = uint64(len(e.functions)) + 1
	e.functions[f] = n
	var m message
	m.number(functionID, n)
	m.number(functionName, e.text(f.name))
	m.number(functionSystemName, e.text(f.name))
	m.number(functionFile, e.text(f.file))
	e.nested(profileFunction, m)
	return n
}
