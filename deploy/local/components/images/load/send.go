package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A request without an answer after this long has failed.
const requestTimeout = 10 * time.Second

type plan struct {
	url, host   string
	rate        float64
	connections int
}

// send asks until ctx ends, and waits for the answers that are still due.
func send(ctx context.Context, what plan) summary {
	client := &http.Client{
		Timeout:       requestTimeout,
		Transport:     &http.Transport{MaxIdleConnsPerHost: what.connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	results := newResults(what.url)
	begun := time.Now()
	var next atomic.Int64
	var senders sync.WaitGroup
	for range what.connections {
		senders.Go(func() {
			for {
				due := begun.Add(time.Duration(float64(next.Add(1)-1) / what.rate * float64(time.Second)))
				if !waitUntil(ctx, due) {
					return
				}
				pod, problem := ask(client, what)
				results.add(time.Since(due), pod, problem)
			}
		})
	}
	senders.Wait()
	return results.summary(time.Since(begun))
}

func waitUntil(ctx context.Context, due time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Until(due)):
		return ctx.Err() == nil
	}
}

var podPattern = regexp.MustCompile(`^pod=(\S+) `)

// ask gives the pod that answered, where it says so, and what went wrong: a status or an error, empty if nothing did.
func ask(client *http.Client, what plan) (pod, problem string) {
	request, err := http.NewRequest(http.MethodGet, what.url, nil)
	if err != nil {
		return "", err.Error()
	}
	request.Host = what.host
	answer, err := client.Do(request)
	if err != nil {
		return "", nameOf(err)
	}
	defer answer.Body.Close()
	begin, err := io.ReadAll(io.LimitReader(answer.Body, 1024))
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
	}
	if err != nil {
		return "", nameOf(err)
	}
	if found := podPattern.FindSubmatch(begin); found != nil {
		pod = string(found[1])
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		problem = fmt.Sprint(answer.StatusCode)
	}
	return pod, problem
}

// Errors as few kinds: their texts hold ports, which differ each time.
func nameOf(err error) string {
	var number syscall.Errno
	var lookup *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &lookup):
		return "cannot resolve " + lookup.Name
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}
