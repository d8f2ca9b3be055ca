// Command load sends requests at a steady rate, and says how they went: a JSON object on stdout at the end.
//
// A request is due at its time, whether or not those before it are answered. Latency counts from then on, so a server
// that stalls shows in it even though nothing could be sent meanwhile. A connection is kept, and a Service keeps a
// connection at one pod: more connections reach more pods.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"openmcp/local/images/internal/program"
)

func main() {
	flags := program.NewFlags("load", "sends requests at a steady rate, and prints a summary as JSON")
	target := program.Value(flags, "url", "what to ask (required)",
		"an address, as in --url http://web:8080/", parseURL, nil)
	rate := program.Value(flags, "rate", "requests per second (default: 10)",
		"a number above zero, as in --rate 50", parseRate, 10)
	duration := program.Value(flags, "duration", "how long, 0 until SIGTERM (default: 10s)",
		"a duration, as in --duration 30s", parseDuration, 10*time.Second)
	host := flags.String("host", "", "Host of the requests, as an Ingress knows it (default: that of --url)")
	connections := program.Value(flags, "connections", "requests under way at once, at most (default: 8)",
		"a number, 1 to 1024, as in --connections 8", parseConnections, 8)
	program.Parse(flags)
	if *target == nil {
		program.Refuse(flags, errors.New("no value given for --url: it takes an address, as in --url http://web:8080/"))
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if *duration > 0 {
		limited, cancel := context.WithTimeout(ctx, *duration)
		defer cancel()
		ctx = limited
	}
	summary := send(ctx, plan{url: (*target).String(), host: *host, rate: *rate, connections: *connections})
	output := json.NewEncoder(os.Stdout)
	output.SetIndent("", "  ")
	if err := output.Encode(summary); err != nil {
		fmt.Fprintln(os.Stderr, "load: cannot print the summary:", err)
		os.Exit(1)
	}
	if summary.OK == 0 {
		os.Exit(1)
	}
}

func parseURL(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err == nil && (parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https") {
		err = errors.New("no address of a web server")
	}
	return parsed, err
}

func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err == nil && !(rate > 0 && rate <= 1e6) {
		err = errors.New("no rate")
	}
	return rate, err
}

func parseDuration(text string) (time.Duration, error) {
	duration, err := time.ParseDuration(text)
	if err == nil && duration < 0 {
		err = errors.New("below zero")
	}
	return duration, err
}

func parseConnections(text string) (int, error) {
	connections, err := strconv.Atoi(text)
	if err == nil && (connections < 1 || connections > 1024) {
		err = errors.New("out of bounds")
	}
	return connections, err
}
