// Command pause is the first process of a pod: it keeps the pod's namespaces until it is told to end, and reaps
// processes that nobody else waits for.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"openmcp/local/images/internal/program"
)

func main() {
	program.Parse(program.NewFlags("pause", "waits for SIGTERM or SIGINT, and reaps zombies"))

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for {
		select {
		case <-signals:
			return
		case <-children:
			reap()
		}
	}
}

// One signal may stand for several children.
func reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
