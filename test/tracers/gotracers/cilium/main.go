//go:build linux

// Command cilium traces with github.com/cilium/ebpf alone:
//
//	cilium PATH PROBE PID
//
// It prints the six arguments of each event in that process, or with 0 in all processes of the
// file. The package does not know notes. Each probe is also a function of its image, with the
// arguments in the registers of the C ABI. In a program's file it is not: there PROBE is the
// Location of its note.
package main

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
)

// registers are the offsets in struct pt_regs of the arguments.
var registers = map[string][6]int16{
	"amd64": {112, 104, 96, 88, 72, 64},
	"arm64": {0, 8, 16, 24, 32, 40},
}[runtime.GOARCH]

func main() {
	pid, err := strconv.Atoi(os.Args[3])
	if err == nil {
		err = trace(os.Args[1], os.Args[2], pid)
	}
	fmt.Fprintln(os.Stderr, "cilium:", err)
	os.Exit(1)
}

func trace(path, probe string, pid int) error {
	ring, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.RingBuf, MaxEntries: 65536})
	if err != nil {
		return err
	}
	events, err := ringbuf.NewReader(ring)
	if err != nil {
		return err
	}
	program, err := send(ring)
	if err != nil {
		return err
	}
	executable, err := link.OpenExecutable(path)
	if err != nil {
		return err
	}
	options := &link.UprobeOptions{PID: pid}
	if location, err := strconv.ParseUint(probe, 0, 64); err == nil {
		options.Address, err = fileOffset(path, location)
		if err != nil {
			return err
		}
	}
	if _, err := executable.Uprobe(probe, program, options); err != nil {
		return err
	}
	fmt.Println("attached")
	for {
		event, err := events.Read()
		if err != nil {
			return err
		}
		var arg [6]int64
		if _, err := binary.Decode(event.RawSample, binary.NativeEndian, &arg); err != nil {
			return err
		}
		fmt.Println(uint64(arg[0]), int8(arg[1]), uint16(arg[2]), int32(arg[3]), int16(arg[4]), arg[5])
	}
}

// fileOffset returns where in a file an address is.
func fileOffset(path string, address uint64) (uint64, error) {
	file, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_LOAD && address-p.Vaddr < p.Filesz {
			return address - p.Vaddr + p.Off, nil
		}
	}
	return 0, fmt.Errorf("%s: no segment has %#x", path, address)
}

// send returns a program that passes on the arguments.
func send(ring *ebpf.Map) (*ebpf.Program, error) {
	const size = 8 * len(registers)
	instructions := asm.Instructions{asm.Mov.Reg(asm.R6, asm.R1)}
	for i, register := range registers {
		instructions = append(instructions,
			asm.LoadMem(asm.R1, asm.R6, register, asm.DWord),
			asm.StoreMem(asm.RFP, int16(8*i-size), asm.R1, asm.DWord),
		)
	}
	instructions = append(instructions,
		asm.LoadMapPtr(asm.R1, ring.FD()),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, -int32(size)),
		asm.Mov.Imm(asm.R3, int32(size)),
		asm.Mov.Imm(asm.R4, 0),
		asm.FnRingbufOutput.Call(),
		asm.Mov.Imm(asm.R0, 0),
		asm.Return(),
	)
	return ebpf.NewProgram(&ebpf.ProgramSpec{Type: ebpf.Kprobe, License: "GPL",
		Instructions: instructions})
}
