package program

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// How long requests that have begun may still take; less than the 30 seconds after which a pod is killed.
const drainTime = 20 * time.Second

// Serve answers until ctx ends, and then finishes the requests that have begun.
func Serve(ctx context.Context, port int, handler http.Handler) error {
	server := &http.Server{Addr: fmt.Sprintf(":%d", port), Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return fmt.Errorf("cannot serve on port %d: %w", port, err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return server.Shutdown(ending)
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// Problem answers that the request cannot be served, as RFC 9457 has it.
func Problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": status, "title": http.StatusText(status), "detail": detail,
	})
}
