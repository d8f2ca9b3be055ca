// Package program is what the programs of these images share: flags that say what is wrong with them, and an HTTP
// server that finishes what it has begun.
package program

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// NewFlags gives the flags of a program; about is a sentence for its help.
func NewFlags(name, about string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "%s: %s\n\nusage: %s [flags]\n", name, about, name)
		flags.VisitAll(func(f *flag.Flag) { fmt.Fprintf(flags.Output(), "  --%-14s %s\n", f.Name, f.Usage) })
	}
	return flags
}

// Value is a flag whose text parse turns into a T; takes says what it takes, for whoever wrote something else.
func Value[T any](flags *flag.FlagSet, name, usage, takes string, parse func(string) (T, error), initial T) *T {
	value := initial
	flags.Func(name, usage, func(text string) error {
		parsed, err := parse(text)
		if err != nil {
			return errors.New("it takes " + takes)
		}
		value = parsed
		return nil
	})
	return &value
}

// Port is the flag --port, which is that of the environment unless it is given.
func Port(flags *flag.FlagSet) *int {
	const takes = "a port, 1 to 65535"
	port := 8080
	if given, isSet := os.LookupEnv("PORT"); isSet {
		parsed, err := parsePort(given)
		if err != nil {
			Refuse(flags, fmt.Errorf("invalid value %q for PORT in the environment: it takes %s", given, takes))
		}
		port = parsed
	}
	return Value(flags, "port", "port to listen on (default: PORT in the environment, else 8080)", takes, parsePort, port)
}

func parsePort(text string) (int, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err == nil && port == 0 {
		err = errors.New("port 0")
	}
	return int(port), err
}

// Parse reads the arguments of the process; it ends it for --help, and for flags that are wrong.
func Parse(flags *flag.FlagSet) {
	err := flags.Parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(os.Stdout)
		flags.Usage()
		os.Exit(0)
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q: everything is given by flags", flags.Arg(0))
	}
	if err != nil {
		Refuse(flags, err)
	}
}

var inOurWords = strings.NewReplacer(
	"flag provided but not defined: -", "unknown flag --",
	"flag needs an argument: -", "no value given for --",
	"for flag -", "for --",
)

// Refuse ends the process because of how it was called.
func Refuse(flags *flag.FlagSet, err error) {
	name := flags.Name()
	fmt.Fprintf(os.Stderr, "%s: %s (see %s --help)\n", name, inOurWords.Replace(err.Error()), name)
	os.Exit(2)
}
