package main

import (
	"math"
	"sync"
	"time"
)

const (
	// Latencies are counted in buckets, each this much wider than the one before: what is read from them is as exact.
	bucketGrowth = 1.02
	// The first bucket ends here.
	shortestMillis = 0.01
)

type summary struct {
	URL     string  `json:"url"`
	Seconds float64 `json:"seconds"`
	Sent    int     `json:"sent"`
	OK      int     `json:"ok"`
	// By status or error.
	Failed map[string]int `json:"failed"`
	// Of requests that were answered well.
	P50Millis float64 `json:"p50Ms"`
	P99Millis float64 `json:"p99Ms"`
	// Requests answered well by each pod that says its name.
	Pods map[string]int `json:"pods"`
}

// It stays small however long it counts.
type results struct {
	mutex   sync.Mutex
	so      summary
	buckets map[int]int
}

func newResults(url string) *results {
	return &results{
		so:      summary{URL: url, Failed: map[string]int{}, Pods: map[string]int{}},
		buckets: map[int]int{},
	}
}

func (r *results) add(took time.Duration, pod, problem string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.so.Sent++
	if problem != "" {
		r.so.Failed[problem]++
		return
	}
	r.so.OK++
	r.buckets[bucketOf(took)]++
	if pod != "" {
		r.so.Pods[pod]++
	}
}

func bucketOf(took time.Duration) int {
	millis := float64(took) / float64(time.Millisecond)
	return int(max(0, math.Ceil(math.Log(millis/shortestMillis)/math.Log(bucketGrowth))))
}

func (r *results) summary(took time.Duration) summary {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	so := r.so
	so.Seconds = rounded(took.Seconds())
	so.P50Millis = rounded(r.quantile(0.50))
	so.P99Millis = rounded(r.quantile(0.99))
	return so
}

// The upper end of the bucket in which the quantile is; zero while nothing is counted.
func (r *results) quantile(q float64) float64 {
	wanted := int(math.Ceil(q * float64(r.so.OK)))
	for bucket, seen := 0, 0; seen < r.so.OK; bucket++ {
		seen += r.buckets[bucket]
		if seen >= wanted {
			return shortestMillis * math.Pow(bucketGrowth, float64(bucket))
		}
	}
	return 0
}

func rounded(value float64) float64 { return math.Round(value*100) / 100 }
