// Command without is the program in ../with without its probes.
package main

import (
	"fmt"
	"time"
)

func main() {
	for id := range uint64(3000) {
		fmt.Println(id)
		time.Sleep(100 * time.Millisecond)
	}
}
