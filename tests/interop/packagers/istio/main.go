// Fetches a plugin as Istio does and writes it to a file: istio-fetch IMAGE FILE
// Prints the digest that Istio compares with the one it is told to expect.
package main

import (
	"context"
	"fmt"
	"os"

	"istio.io/istio/pkg/wasm"
)

func main() {
	fetcher := wasm.NewImageFetcher(context.Background(), wasm.ImageFetcherOption{Insecure: true})
	fetch, digest, err := fetcher.PrepareFetch(os.Args[1])
	if err == nil {
		var module []byte
		module, err = fetch()
		if err == nil {
			err = os.WriteFile(os.Args[2], module, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("sha256:" + digest)
}
