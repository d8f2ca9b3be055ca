// Command writer stores what it is sent, and acknowledges it only once a crash can no longer take it away. What it
// has acknowledged can be asked for afterwards, so it shows whether anything got lost when a pod and its volume move.
//
//	POST /records         stores the body (at most 64 KiB): 201 {"number":N,"sha256":"…"}
//	GET  /records/N       the body of record N
//	GET  /records?from=N  a line {"number":N,"sha256":"…"} for each record from N on; "damaged":true if it is
//	GET  /state           {"count":…,"last":…,"dir":"…","damaged":…}
//	GET  /healthz         200
//
// Records are one after the other in the file records.log of the folder:
//
//	NUMBER SPACE LENGTH SPACE SHA256 NEWLINE BODY NEWLINE
//
// NUMBER counts from 1 without gaps. LENGTH is that of BODY in bytes. Both are decimal. SHA256 is that of BODY, as 64
// hexadecimal digits. A file may end within a record: that one was never acknowledged, and is cut off at the next
// start. A whole record with another checksum may have been acknowledged, so it stays, and counts as damaged. Anything
// else is not a file of ours, and is left alone. An exclusive flock on the file keeps a second writer waiting.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"openmcp/local/images/internal/program"
)

func main() {
	flags := program.NewFlags("writer", "stores records, and acknowledges those that are safe")
	port := program.Port(flags)
	folder := flags.String("dir", "/data", "folder of the file of records (default: /data)")
	every := program.Value(flags, "every", "also write a record by itself at this pace (default: never)",
		"a duration above zero, as in --every 100ms", parsePace, 0)
	program.Parse(flags)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *port, *folder, *every); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "writer:", err)
		os.Exit(1)
	}
	fmt.Println("ended")
}

func parsePace(text string) (time.Duration, error) {
	pace, err := time.ParseDuration(text)
	if err == nil && pace <= 0 {
		err = errors.New("not above zero")
	}
	return pace, err
}

func run(ctx context.Context, port int, folder string, every time.Duration) error {
	store, err := openStore(ctx, folder, func(line string) { fmt.Println(line) })
	if err != nil {
		return err
	}
	defer store.close()

	// A file that failed once is in an unknown state: only reading it back tells, so the process ends.
	ctx, fail := context.WithCancelCause(ctx)
	if every > 0 {
		go writeEvery(ctx, store, every, fail)
	}
	fmt.Printf("serving on port %d\n", port)
	if err := program.Serve(ctx, port, routes(store, fail)); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func writeEvery(ctx context.Context, store *store, every time.Duration, fail context.CancelCauseFunc) {
	host, _ := os.Hostname()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			stored, err := store.append(fmt.Appendf(nil, "%s %s", host, now.Format(time.RFC3339Nano)))
			if err != nil {
				fail(err)
				return
			}
			fmt.Printf("acknowledged %d\n", stored.Number)
		}
	}
}
