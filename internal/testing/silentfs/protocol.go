//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
)

// These are the parts of the protocol of linux/fuse.h that a file system with one file needs.

type opcode uint32

const (
	opLookup      opcode = 1
	opForget      opcode = 2
	opGetattr     opcode = 3
	opOpen        opcode = 14
	opRead        opcode = 15
	opStatfs      opcode = 17
	opRelease     opcode = 18
	opFlush       opcode = 25
	opInit        opcode = 26
	opAccess      opcode = 34
	opInterrupt   opcode = 36
	opBatchForget opcode = 42
)

// operations are those that can be left without an answer.
var operations = map[string]opcode{
	"lookup": opLookup, "getattr": opGetattr, "open": opOpen, "read": opRead, "statfs": opStatfs,
	"flush": opFlush,
}

func (o opcode) String() string {
	for name, op := range operations {
		if op == o {
			return name
		}
	}
	return "other"
}

// isTold reports whether the kernel wants no answer.
func (o opcode) isTold() bool { return o == opForget || o == opBatchForget || o == opInterrupt }

type inHeader struct {
	Length uint32
	Opcode opcode
	Unique uint64
	Node   uint64
	UID    uint32
	GID    uint32
	PID    uint32
	_      uint32
}

type outHeader struct {
	Length uint32
	Error  int32
	Unique uint64
}

type readIn struct {
	Handle, Offset uint64
	Size           uint32
}

type initOut struct {
	Major, Minor, MaxReadahead, Flags uint32
	MaxBackground, Congestion         uint16
	MaxWrite, Granularity             uint32
	_                                 [9]uint32
}

type attr struct {
	Inode, Size, Blocks                             uint64
	Times                                           [3]uint64
	Nanoseconds                                     [3]uint32
	Mode, Links, UID, GID, Device, BlockSize, Flags uint32
}

// attrOut is not valid for any time, so that the kernel asks again.
type attrOut struct {
	Valid            uint64
	ValidNanoseconds uint32
	_                uint32
	Attr             attr
}

type entryOut struct {
	Node, Generation, EntryValid, AttrValid     uint64
	EntryValidNanoseconds, AttrValidNanoseconds uint32
	Attr                                        attr
}

type openOut struct {
	Handle uint64
	Flags  uint32
	_      uint32
}

type statfsOut struct {
	Blocks, Free, Available, Files, FreeFiles uint64
	BlockSize, NameLength, FragmentSize       uint32
	_                                         [7]uint32
}

func decode(b []byte, v any) error {
	return binary.Read(bytes.NewReader(b), binary.NativeEndian, v)
}

func encode(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.NativeEndian, v); err != nil {
			panic(err) // a type without a fixed size
		}
	}
	return b.Bytes()
}
