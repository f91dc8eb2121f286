// Pause holds the namespaces of a pod. It waits to be ended.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGCHLD) // with shareProcessNamespace, it is the parent of orphans
	<-end
}
