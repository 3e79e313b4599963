// What a Go program does with certificates: it verifies them, speaks mutual TLS, is an authority, and asks for one.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "verify":
		return verify(os.Stdin, os.Stdout)
	case len(arguments) == 2 && arguments[0] == "test-pki":
		return testPKI(arguments[1], os.Stdout)
	case len(arguments) == 2 && arguments[0] == "authority":
		return authorities(arguments[1])
	case len(arguments) == 2 && arguments[0] == "request":
		return requests(arguments[1])
	case len(arguments) == 1 && arguments[0] == "visit":
		return visits(os.Stdin, os.Stdout)
	case len(arguments) == 4 && arguments[0] == "serve":
		return serve(arguments[1], party{Cert: arguments[2], Key: arguments[3]}, os.Stdout)
	}
	return fmt.Errorf("usage: verify | test-pki FILE | authority DIR | request DIR | visit | serve CA CERT KEY")
}
