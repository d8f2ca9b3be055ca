package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"openmcp/local/images/internal/program"
)

const mostBurnMillis = 60_000

func routes() http.Handler {
	var unready atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", greet)
	mux.HandleFunc("GET /burn", burn)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if unready.Load() {
			program.Problem(w, http.StatusServiceUnavailable, "told to be unready; POST /ready ends it")
			return
		}
		say(w, "ready")
	})
	mux.HandleFunc("POST /unready", func(w http.ResponseWriter, _ *http.Request) {
		unready.Store(true)
		say(w, "unready from now on")
	})
	mux.HandleFunc("POST /ready", func(w http.ResponseWriter, _ *http.Request) {
		unready.Store(false)
		say(w, "ready from now on")
	})
	return mux
}

func greet(w http.ResponseWriter, request *http.Request) {
	name, err := os.Hostname()
	if err != nil {
		program.Problem(w, http.StatusInternalServerError, "cannot read the host name: "+err.Error())
		return
	}
	say(w, fmt.Sprintf("pod=%s addresses=%s host=%s", name, strings.Join(addresses(), ","), request.Host))
}

// Addresses by which others may reach this pod.
func addresses() []string {
	found := []string{}
	all, _ := net.InterfaceAddrs()
	for _, address := range all {
		network, isNetwork := address.(*net.IPNet)
		if isNetwork && network.IP.IsGlobalUnicast() {
			found = append(found, network.IP.String())
		}
	}
	return found
}

func burn(w http.ResponseWriter, request *http.Request) {
	millis, err := strconv.Atoi(request.URL.Query().Get("ms"))
	if err != nil || millis < 1 || millis > mostBurnMillis {
		program.Problem(w, http.StatusBadRequest,
			fmt.Sprintf("parameter ms takes milliseconds, 1 to %d, as in /burn?ms=500", mostBurnMillis))
		return
	}
	ctx, cancel := context.WithTimeout(request.Context(), time.Duration(millis)*time.Millisecond)
	defer cancel()
	for sum := sha256.Sum256(nil); ctx.Err() == nil; {
		for range 1_000 {
			sum = sha256.Sum256(sum[:])
		}
	}
	say(w, fmt.Sprintf("burned %d ms", millis))
}

// The host of a request is anybody's text, so it must not be taken for a page.
func say(w http.ResponseWriter, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintln(w, line)
}
