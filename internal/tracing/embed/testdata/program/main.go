// Command program has probes in its file, once they are embedded. Its initialization does what the
// environment variable INIT says, and its main must not run before.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

var (
	shop       = stapsdt.MustProvider("shop")
	orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")
	orderEnd   = stapsdt.MustProbe1[int32](shop, "order_end", "status")
)

func init() {
	orderStart.Describe("An order arrives.")
	fmt.Fprintln(os.Stderr, "initialising")
	switch os.Getenv("INIT") {
	case "exit":
		os.Exit(7)
	case "panic":
		panic("no configuration \x1b[31m")
	case "hang":
		tell(strconv.Itoa(os.Getpid()))
		time.Sleep(24 * time.Hour)
	case "child": // keeps descriptor 3 and the output open
		child := exec.Command("sleep", "1000")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.ExtraFiles = []*os.File{os.NewFile(3, "printed")}
		if err := child.Start(); err != nil {
			panic(err)
		}
		tell(strconv.Itoa(child.Process.Pid))
	case "load":
		if err := shop.Load(); err != nil || shop.Path() != "" {
			panic(fmt.Sprint("published at ", shop.Path(), ", error ", err))
		}
	case "map": // in another order each time
		names := make(map[string]bool)
		for i := range 64 {
			names["p"+strconv.Itoa(i)] = true
		}
		for name := range names {
			stapsdt.MustProbe1[int32](shop, name, "of_"+name)
		}
	case "close":
		_ = os.NewFile(3, "printed").Close()
	}
}

// tell writes a text to the file that the environment variable TELL names, if it names one.
func tell(text string) {
	path := os.Getenv("TELL")
	if path == "" {
		return
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		panic(err)
	}
}

// main says where the probes are, fires when a line is written to it, and ends with its input.
func main() {
	if os.Getenv("INIT") != "" {
		panic("main runs")
	}
	if err := shop.Load(); err != nil {
		fmt.Println("error:", err)
	}
	fmt.Println(shop.Path())
	lines := bufio.NewScanner(os.Stdin)
	for id := uint64(1); lines.Scan(); id++ {
		orderStart.Fire(id, "Ada")
		orderEnd.Fire(-int32(id))
		fmt.Println("fired", id)
	}
}
