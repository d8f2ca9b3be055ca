package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"openmcp/local/images/internal/program"
)

// fail is told when the store has failed, which ends the process.
func routes(store *store, fail func(error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /records", func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, mostBody))
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			program.Problem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a record takes at most %d bytes", mostBody))
			return
		}
		if err != nil {
			program.Problem(w, http.StatusBadRequest, "cannot read the body: "+err.Error())
			return
		}
		stored, err := store.append(body)
		if err != nil {
			program.Problem(w, http.StatusInternalServerError, err.Error())
			fail(err)
			return
		}
		program.WriteJSON(w, http.StatusCreated, stored)
	})
	mux.HandleFunc("GET /records/{number}", func(w http.ResponseWriter, request *http.Request) {
		number, err := strconv.Atoi(request.PathValue("number"))
		if err != nil {
			program.Problem(w, http.StatusBadRequest, "records have numbers, as in /records/1")
			return
		}
		body, isThere, err := store.read(number)
		switch {
		case err != nil:
			program.Problem(w, http.StatusInternalServerError, err.Error())
		case !isThere:
			program.Problem(w, http.StatusNotFound, fmt.Sprintf("there is no record %d", number))
		default:
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write(body)
		}
	})
	mux.HandleFunc("GET /records", func(w http.ResponseWriter, request *http.Request) {
		from, err := firstOf(request.URL.Query().Get("from"))
		if err != nil {
			program.Problem(w, http.StatusBadRequest, "parameter from takes a number from 1 on, as in /records?from=1")
			return
		}
		w.Header().Set("Content-Type", "application/jsonl")
		lines := json.NewEncoder(w)
		for _, found := range store.list(from) {
			if lines.Encode(found) != nil {
				return
			}
		}
	})
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		program.WriteJSON(w, http.StatusOK, store.state())
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") })
	return mux
}

func firstOf(from string) (int, error) {
	if from == "" {
		return 1, nil
	}
	number, err := strconv.Atoi(from)
	if err == nil && number < 1 {
		err = errors.New("below 1")
	}
	return number, err
}
