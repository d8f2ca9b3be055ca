package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	handler := routes()
	for _, step := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/", 200, "host=example.com"},
		{"GET", "/shop/cart", 200, "pod="},
		{"GET", "/healthz", 200, "ready"},
		{"POST", "/unready", 200, "unready"},
		{"GET", "/healthz", 503, "POST /ready"},
		{"POST", "/ready", 200, "ready"},
		{"GET", "/healthz", 200, "ready"},
		{"GET", "/burn?ms=5", 200, "burned 5 ms"},
		{"GET", "/burn", 400, "parameter ms"},
		{"GET", "/burn?ms=60001", 400, "1 to 60000"},
		{"POST", "/burn", 405, ""},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(step.method, step.path, nil))
		if answer.Code != step.status || !strings.Contains(answer.Body.String(), step.says) {
			t.Errorf("%s %s: got %d %s", step.method, step.path, answer.Code, answer.Body)
		}
	}
}
