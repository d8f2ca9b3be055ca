package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	fileName = "records.log"
	// How often a writer looks whether the one before it has let go of the file.
	lockInterval = 200 * time.Millisecond
)

// What is known of a record without reading it again.
type record struct {
	Number  int    `json:"number"`
	SHA256  string `json:"sha256"`
	Damaged bool   `json:"damaged,omitempty"`
	offset  int64
	length  int
}

type store struct {
	folder string
	file   *os.File

	mutex   sync.RWMutex
	records []record
	damaged int
	end     int64
	failure error
}

// openStore waits for other writers of the folder, and reads back what is there.
func openStore(ctx context.Context, folder string, say func(string)) (*store, error) {
	path := filepath.Join(folder, fileName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot use --dir %s: %w; name a folder that exists and can be written to", folder, err)
	}
	opened := &store{folder: folder, file: file}
	if err := opened.lock(ctx, say); err != nil {
		file.Close()
		return nil, err
	}
	if err := opened.recover(say); err != nil {
		file.Close()
		return nil, err
	}
	return opened, nil
}

// The lock goes with the file descriptor, so that of a process that is dead is gone.
func (s *store) lock(ctx context.Context, say func(string)) error {
	for told := false; ; told = true {
		err := syscall.Flock(int(s.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("cannot lock %s: %w", s.file.Name(), err)
		}
		if !told {
			say("waiting for another writer of " + s.file.Name())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockInterval):
		}
	}
}

func (s *store) recover(say func(string)) error {
	reader := bufio.NewReader(s.file)
	for {
		found, size, err := readRecord(reader, len(s.records)+1)
		if errors.Is(err, errEnd) {
			break
		}
		if errors.Is(err, errUnfinished) {
			if err := s.cutOff(say); err != nil {
				return err
			}
			break
		}
		if err != nil {
			return fmt.Errorf("cannot read %s at byte %d: %w; move the file away to begin anew", s.file.Name(), s.end, err)
		}
		found.offset = s.end + size - int64(found.length) - 1
		s.records = append(s.records, found)
		s.end += size
		if found.Damaged {
			s.damaged++
			say(fmt.Sprintf("record %d is damaged: its checksum differs", found.Number))
		}
	}
	say(fmt.Sprintf("read back %d records of %s, %d damaged", len(s.records), s.file.Name(), s.damaged))
	return s.settle()
}

func (s *store) cutOff(say func(string)) error {
	info, err := s.file.Stat()
	if err != nil {
		return fmt.Errorf("cannot read the size of %s: %w", s.file.Name(), err)
	}
	if err := s.file.Truncate(s.end); err != nil {
		return fmt.Errorf("cannot truncate %s to %d bytes: %w", s.file.Name(), s.end, err)
	}
	say(fmt.Sprintf("truncated record %d, which is unfinished: %d bytes", len(s.records)+1, info.Size()-s.end))
	return nil
}

// What was read back may not be on disk yet, and neither may the name of the file.
func (s *store) settle() error {
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("cannot sync %s: %w", s.file.Name(), err)
	}
	folder, err := os.Open(s.folder)
	if err != nil {
		return fmt.Errorf("cannot sync %s: %w", s.folder, err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("cannot sync %s: %w", s.folder, err)
	}
	return nil
}

// append returns once the record is on disk. After a failure nothing is taken any more.
func (s *store) append(body []byte) (record, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.failure != nil {
		return record{}, s.failure
	}
	added := record{Number: len(s.records) + 1, SHA256: sumOf(body), length: len(body)}
	data := encode(added, body)
	added.offset = s.end + int64(len(data)-len(body)-1)
	_, err := s.file.WriteAt(data, s.end)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		s.failure = fmt.Errorf("cannot store record %d: %w", added.Number, err)
		return record{}, s.failure
	}
	s.records = append(s.records, added)
	s.end += int64(len(data))
	return added, nil
}

// read gives the body of a record, and false if there is no such record.
func (s *store) read(number int) ([]byte, bool, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	if number < 1 || number > len(s.records) {
		return nil, false, nil
	}
	wanted := s.records[number-1]
	body := make([]byte, wanted.length)
	if _, err := s.file.ReadAt(body, wanted.offset); err != nil {
		return nil, true, fmt.Errorf("cannot read record %d: %w", number, err)
	}
	if sumOf(body) != wanted.SHA256 {
		return nil, true, fmt.Errorf("record %d is damaged: its checksum differs", number)
	}
	return body, true, nil
}

func (s *store) list(from int) []record {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.records[min(from-1, len(s.records)):len(s.records):len(s.records)]
}

func (s *store) state() map[string]any {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	count := len(s.records)
	return map[string]any{"count": count, "last": count, "dir": s.folder, "damaged": s.damaged}
}

func (s *store) close() { s.file.Close() }
