// Command web is a web server that says which pod answered, and that can be made busy or unready.
//
//	GET  /             pod=NAME addresses=A,B host=HOST, also for every path below that is not listed here
//	GET  /healthz      200 while ready, else 503
//	GET  /burn?ms=N    keeps one core busy for N milliseconds
//	POST /unready      /healthz answers 503 from now on
//	POST /ready        /healthz answers 200 again
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"openmcp/local/images/internal/program"
)

func main() {
	flags := program.NewFlags("web", "answers with the name of its pod")
	port := program.Port(flags)
	program.Parse(flags)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	fmt.Printf("serving on port %d\n", *port)
	if err := program.Serve(ctx, *port, routes()); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
	fmt.Println("ended")
}
