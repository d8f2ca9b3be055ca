package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// open gives the store of a folder, and what it said.
func open(t *testing.T, folder string) (*store, string) {
	t.Helper()
	var said []string
	opened, err := openStore(t.Context(), folder, func(line string) { said = append(said, line) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.close)
	return opened, strings.Join(said, "\n")
}

// written is a folder with these records, and the bytes of its file.
func written(t *testing.T, bodies ...string) (string, []byte) {
	t.Helper()
	folder := t.TempDir()
	opened, _ := open(t, folder)
	for _, body := range bodies {
		if _, err := opened.append([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	opened.close()
	data, err := os.ReadFile(filepath.Join(folder, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return folder, data
}

func TestReadsBackWhatItAcknowledged(t *testing.T) {
	folder, _ := written(t, "one", "", "three\nlines\n")

	opened, said := open(t, folder)

	if !strings.Contains(said, "read back 3 records") {
		t.Error(said)
	}
	for number, want := range map[int]string{1: "one", 2: "", 3: "three\nlines\n"} {
		if body, isThere, err := opened.read(number); !isThere || err != nil || string(body) != want {
			t.Errorf("record %d: %q %v %v", number, body, isThere, err)
		}
	}
	if _, isThere, _ := opened.read(4); isThere {
		t.Error("a record that nobody wrote")
	}
}

func TestCutsOffAnUnfinishedRecordWhereverItEnds(t *testing.T) {
	_, first := written(t, "one")
	_, both := written(t, "one", "second")
	for size := len(first) + 1; size < len(both); size++ {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, fileName), both[:size], 0o644); err != nil {
			t.Fatal(err)
		}

		opened, said := open(t, folder)

		if !strings.Contains(said, "truncated record 2") || opened.end != int64(len(first)) {
			t.Fatalf("after %d bytes: %s", size, said)
		}
		if added, err := opened.append([]byte("again")); err != nil || added.Number != 2 {
			t.Fatalf("after %d bytes: %v %v", size, added, err)
		}
		if body, _, err := opened.read(2); err != nil || string(body) != "again" {
			t.Fatalf("after %d bytes: %q %v", size, body, err)
		}
	}
}

func TestKeepsAndCountsADamagedRecord(t *testing.T) {
	folder, data := written(t, "one", "two")
	damaged := strings.Replace(string(data), "\none\n", "\nonE\n", 1)
	if err := os.WriteFile(filepath.Join(folder, fileName), []byte(damaged), 0o644); err != nil {
		t.Fatal(err)
	}

	opened, said := open(t, folder)

	if !strings.Contains(said, "record 1 is damaged") || opened.state()["damaged"] != 1 {
		t.Error(said)
	}
	if _, _, err := opened.read(1); err == nil {
		t.Error("gives a damaged body")
	}
	if body, _, err := opened.read(2); err != nil || string(body) != "two" {
		t.Errorf("%q %v", body, err)
	}
}

func TestLeavesAFileAloneThatItDidNotWrite(t *testing.T) {
	_, first := written(t, "one")
	for name, tail := range map[string]string{
		"text":         "hello\n",
		"zeros":        "\x00\x00\x00",
		"a gap":        "3 0 " + sumOf(nil) + "\n\n",
		"another size": "2 99999 " + sumOf(nil) + "\n",
		"no newline":   "2 0 " + sumOf(nil) + "\n3",
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, fileName)
		if err := os.WriteFile(path, append(first[:len(first):len(first)], tail...), 0o644); err != nil {
			t.Fatal(err)
		}

		_, err := openStore(t.Context(), folder, func(string) {})

		if err == nil || !strings.Contains(err.Error(), "move the file away") {
			t.Errorf("%s: %v", name, err)
		}
		if data, _ := os.ReadFile(path); len(data) != len(first)+len(tail) {
			t.Errorf("%s: changed the file", name)
		}
	}
}

func TestWaitsForTheWriterBefore(t *testing.T) {
	folder := t.TempDir()
	before, _ := open(t, folder)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := openStore(ctx, folder, func(string) {}); err == nil {
		t.Fatal("two writers at once")
	}

	before.close()
	open(t, folder)
}

func TestAnswers(t *testing.T) {
	store, _ := open(t, t.TempDir())
	handler := routes(store, func(err error) { t.Error(err) })
	for _, step := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/records", "one", http.StatusCreated, `{"number":1,"sha256":"` + sumOf([]byte("one")) + `"}`},
		{"POST", "/records", strings.Repeat("x", mostBody), http.StatusCreated, `"number":2`},
		{"POST", "/records", strings.Repeat("x", mostBody+1), http.StatusRequestEntityTooLarge, "65536"},
		{"GET", "/records/1", "", http.StatusOK, "one"},
		{"GET", "/records/3", "", http.StatusNotFound, "no record 3"},
		{"GET", "/records/x", "", http.StatusBadRequest, "numbers"},
		{"GET", "/records?from=2", "", http.StatusOK, `{"number":2`},
		{"GET", "/records?from=9", "", http.StatusOK, ""},
		{"GET", "/records?from=0", "", http.StatusBadRequest, "parameter from"},
		{"GET", "/state", "", http.StatusOK, `"count":2,"damaged":0`},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(step.method, step.path, strings.NewReader(step.body)))
		if answer.Code != step.status || !strings.Contains(answer.Body.String(), step.says) {
			t.Errorf("%s %s: got %d %.200s", step.method, step.path, answer.Code, answer.Body)
		}
	}
}

func TestTakesNothingAfterAFailure(t *testing.T) {
	opened, _ := open(t, t.TempDir())
	opened.file.Close()

	for range 2 {
		if _, err := opened.append([]byte("lost")); err == nil || !strings.Contains(err.Error(), "record 1") {
			t.Error(err)
		}
	}
	if len(opened.list(1)) != 0 {
		t.Error("a record that is not stored")
	}
}
