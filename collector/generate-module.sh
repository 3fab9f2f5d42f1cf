#!/usr/bin/env bash
# Regenerates the sources in stack/modules/collector from manifest.yaml. In: the manifest. Out: components.go, main*.go.
# go.mod and go.sum stay as committed (`go mod tidy` does not work here: test-only dependencies are refused by some
# proxies); after a change of the manifest, add the module there and run `go build -mod=mod` once.
set -eu
cd "$(dirname "$0")/.."
go run go.opentelemetry.io/collector/cmd/builder@v0.155.0 --config collector/manifest.yaml --skip-get-modules --skip-compilation
rm -f stack/modules/collector/main_windows.go
