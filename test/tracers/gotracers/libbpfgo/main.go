//go:build linux

// Command libbpfgo traces with github.com/aquasecurity/libbpfgo:
//
//	libbpfgo OBJECT
//
// It prints the six arguments of each event of the probe that the object was compiled for.
package main

import (
	"encoding/binary"
	"fmt"
	"os"

	bpf "github.com/aquasecurity/libbpfgo"
)

func main() {
	fmt.Fprintln(os.Stderr, "libbpfgo:", trace(os.Args[1]))
	os.Exit(1)
}

func trace(object string) error {
	// Since Linux 5.11 there is no limit to raise, for which root may lack the right.
	args := bpf.NewModuleArgs{BPFObjPath: object, SkipMemlockBump: true}
	module, err := bpf.NewModuleFromFileArgs(args)
	if err != nil {
		return err
	}
	if err := module.BPFLoadObject(); err != nil {
		return err
	}
	program, err := module.GetProgram("send")
	if err != nil {
		return err
	}
	if _, err := program.AttachGeneric(); err != nil {
		return err
	}
	samples := make(chan []byte)
	events, err := module.InitRingBuf("events", samples)
	if err != nil {
		return err
	}
	events.Start()
	fmt.Println("attached")
	for sample := range samples {
		var arg [6]int64
		if _, err := binary.Decode(sample, binary.NativeEndian, &arg); err != nil {
			return err
		}
		fmt.Println(uint64(arg[0]), arg[1], arg[2], arg[3], arg[4], arg[5])
	}
	return nil
}
