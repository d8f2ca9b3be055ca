package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const mostBody = 64 << 10

var (
	errEnd        = errors.New("end of the file")
	errUnfinished = errors.New("the file ends within a record")
)

func encode(of record, body []byte) []byte {
	data := fmt.Appendf(nil, "%d %d %s\n", of.Number, len(body), of.SHA256)
	return append(append(data, body...), '\n')
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// readRecord reads the next record, which must have this number, and how many bytes it takes.
func readRecord(reader *bufio.Reader, number int) (record, int64, error) {
	line, err := reader.ReadSlice('\n')
	header := string(line)
	if errors.Is(err, io.EOF) {
		return record{}, 0, endWithin(header)
	}
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return record{}, 0, err
	}
	found, err := parseHeader(strings.TrimSuffix(header, "\n"), number)
	if err != nil {
		return record{}, 0, err
	}
	body := make([]byte, found.length+1)
	if _, err := io.ReadFull(reader, body); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return record{}, 0, errUnfinished
	} else if err != nil {
		return record{}, 0, err
	}
	if body[found.length] != '\n' {
		return record{}, 0, fmt.Errorf("record %d has no end", number)
	}
	found.Damaged = sumOf(body[:found.length]) != found.SHA256
	return found, int64(len(header) + len(body)), nil
}

// A header that was cut off still looks like one; zeros of a broken disk do not.
func endWithin(header string) error {
	if header == "" {
		return errEnd
	}
	if strings.Trim(header, "0123456789abcdef ") != "" {
		return errors.New("no record begins here")
	}
	return errUnfinished
}

func parseHeader(header string, number int) (record, error) {
	parts := strings.Split(header, " ")
	if len(parts) != 3 {
		return record{}, errors.New("no record begins here")
	}
	if parts[0] != strconv.Itoa(number) {
		return record{}, fmt.Errorf("record %d should begin here", number)
	}
	length, err := strconv.Atoi(parts[1])
	if err != nil || length < 0 || length > mostBody {
		return record{}, fmt.Errorf("record %d has no length that we write", number)
	}
	if sum, err := hex.DecodeString(parts[2]); err != nil || len(sum) != sha256.Size {
		return record{}, fmt.Errorf("record %d has no checksum", number)
	}
	return record{Number: number, SHA256: parts[2], length: length}, nil
}
