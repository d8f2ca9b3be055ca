package main

import (
	"io"
	"net"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := parse([]string{
		"--forward", "198.18.4.1:6443=127.0.3.40:6443",
		"--forward", "198.18.4.1:2049=127.0.0.1:2049,from=127.0.3.2",
	})
	want := []forward{
		{"198.18.4.1:6443", "127.0.3.40:6443", ""},
		{"198.18.4.1:2049", "127.0.0.1:2049", "127.0.3.2"},
	}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, args := range [][]string{
		{"forward"},
		{"--forward"},
		{"--forward", "198.18.4.1:6443"},
		{"--forward", "198.18.4.1:1=127.0.0.1:1,from=somewhere"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// One side may end while the other goes on, and the target sees the address that it is told to come from.
func TestRelay(t *testing.T) {
	target := listen(t)
	inner := listen(t)
	from := "127.0.0.2"
	go accept(inner, net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}, target.Addr().String())

	client, err := net.Dial("tcp4", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := target.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	if got := server.RemoteAddr().(*net.TCPAddr).IP.String(); got != from {
		t.Errorf("the target was called from %s", got)
	}
	if _, err := client.Write([]byte("question")); err != nil {
		t.Fatal(err)
	}
	client.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(server); err != nil || string(got) != "question" {
		t.Fatalf("the target got %q, %v", got, err)
	}
	if _, err := server.Write([]byte("answer")); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if got, err := io.ReadAll(client); err != nil || string(got) != "answer" {
		t.Fatalf("the client got %q, %v", got, err)
	}
}

func listen(t *testing.T) net.Listener {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
