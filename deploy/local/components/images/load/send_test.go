package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestCountsAnswersByPodAndFailuresByStatus(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if asked.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, "pod=web-1 addresses=10.0.0.1 host=%s\n", request.Host)
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()

	got := send(ctx, plan{url: server.URL, rate: 100, connections: 4})

	if got.Sent < 10 || got.Sent > 31 || got.OK+got.Failed["503"] != got.Sent || got.Pods["web-1"] != got.OK {
		t.Errorf("%+v", got)
	}
}

func TestNamesAnErrorWithoutItsPorts(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	got := send(ctx, plan{url: server.URL, rate: 50, connections: 1})

	if got.OK != 0 || got.Sent == 0 || got.Failed["connection refused"] != got.Sent {
		t.Errorf("%+v", got)
	}
}

func TestQuantilesAreAsExactAsTheirBuckets(t *testing.T) {
	counted := newResults("")
	if counted.quantile(0.5) != 0 {
		t.Error("a quantile of nothing")
	}
	for millis := 1; millis <= 1000; millis++ {
		counted.add(time.Duration(millis)*time.Millisecond, "", "")
	}
	for q, want := range map[float64]float64{0.5: 500, 0.99: 990} {
		if got := counted.quantile(q); math.Abs(got-want) > want*(bucketGrowth-1) {
			t.Errorf("%v: %v", q, got)
		}
	}
}
