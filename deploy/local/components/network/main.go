// Command network is the router of a fleet of real nodes: a network namespace that all nodes are
// linked to, and the way from there to the API servers, which listen on loopback addresses of the host.
//
// The process's first thread enters a namespace of its own and listens there; connections onward are made by
// threads that stayed outside. The namespace lasts as long as the process, and everything in it goes with it.
//
// Usage: network --forward LISTEN=TARGET[,from=ADDRESS] ...    both as ADDRESS:PORT; from is what the target sees
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	pauseOnFull = 50 * time.Millisecond
)

// The first thread gives the process its namespace in /proc, so it is this one that must move.
func init() { runtime.LockOSThread() }

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	forwards, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		log.Fatalf("cannot make a network namespace: %v", err)
	}
	for _, forward := range forwards {
		if err := serve(forward); err != nil {
			log.Fatal(err)
		}
	}
	log.Printf("forwarding %d addresses", len(forwards))
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
}

type forward struct{ listen, target, from string }

func parse(args []string) ([]forward, error) {
	var forwards []forward
	for len(args) > 0 {
		if args[0] != "--forward" || len(args) < 2 {
			return nil, fmt.Errorf("cannot understand %q: give --forward LISTEN=TARGET", args[0])
		}
		listen, target, found := strings.Cut(args[1], "=")
		if !found {
			return nil, fmt.Errorf("cannot use --forward %s: it must be LISTEN=TARGET", args[1])
		}
		target, from, _ := strings.Cut(target, ",from=")
		if from != "" && net.ParseIP(from) == nil {
			return nil, fmt.Errorf("cannot use --forward %s: from must be an IP address", args[1])
		}
		forwards = append(forwards, forward{listen, target, from})
		args = args[2:]
	}
	return forwards, nil
}

// serve listens before the address exists: links and addresses are put in from outside, once there is a namespace.
func serve(forward forward) error {
	config := net.ListenConfig{Control: func(_, _ string, connection syscall.RawConn) error {
		var failed error
		err := connection.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_FREEBIND, 1)
		})
		if err != nil {
			return err
		}
		return failed
	}}
	listener, err := config.Listen(context.Background(), "tcp4", forward.listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", forward.listen, err)
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	if forward.from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(forward.from)}
	}
	go accept(listener, dialer, forward.target)
	return nil
}

func accept(listener net.Listener, dialer net.Dialer, target string) {
	for {
		inner, err := listener.Accept()
		if err != nil {
			// Out of file descriptors, say: others are closed meanwhile.
			log.Printf("cannot accept on %s: %v", listener.Addr(), err)
			time.Sleep(pauseOnFull)
			continue
		}
		go relay(inner.(*net.TCPConn), dialer, target)
	}
}

func relay(inner *net.TCPConn, dialer net.Dialer, target string) {
	defer inner.Close()
	connection, err := dialer.Dial("tcp4", target)
	if err != nil {
		log.Printf("cannot reach %s: %v", target, err)
		return
	}
	outer := connection.(*net.TCPConn)
	defer outer.Close()
	var both sync.WaitGroup
	both.Go(func() { pass(outer, inner) })
	both.Go(func() { pass(inner, outer) })
	both.Wait()
}

// pass hands on until the sender has nothing more, and says so to the receiver alone: the other way may go on.
func pass(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		from.Close()
		return
	}
	to.CloseWrite()
}
