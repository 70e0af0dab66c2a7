#!/bin/sh
# Builds Weaviate (BSD-3-Clause), for the programs of examples/rag: weaviate.sh FOLDER
#
# From its Go module, for its image cannot be pulled everywhere. Needs Go, and takes some minutes, once.
set -eu
version=1.35.2
folder=$(mkdir -p "$1" && cd "$1" && pwd)
target="$folder/weaviate-$version"
[ ! -x "$target" ] || exit 0
command -v go > /dev/null || { echo "Weaviate needs Go to be built; the test of examples/rag is skipped" >&2; exit 0; }
source=$(go mod download -json "github.com/weaviate/weaviate@v$version" | sed -n 's/^.*"Dir": "\(.*\)",$/\1/p')
cd "$source"
echo "building Weaviate $version: some minutes, once" >&2
CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$target.$$" ./cmd/weaviate-server
mv "$target.$$" "$target"
