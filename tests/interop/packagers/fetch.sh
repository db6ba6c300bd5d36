#!/usr/bin/env bash
# Installs what the tests with the label packagers run: tests/interop/packagers/fetch.sh
#
# Below build/packagers/bin this makes wkg and oci-tar-builder, with cargo (1.85 or later, which Debian 12 has not), and
# with Go (1.26.8 or later) buildx, buildkitd, crane, ko, oras, and istio-fetch, which is Istio's own fetcher with a main
# function; in a folder of their own there, engines, since Debian's are called the same, containerd and ctr 2.4, dockerd 29
# and its client; below build/packagers/sarif, with npm, the schema of SARIF and a validator. What is there already is
# kept.
set -euo pipefail
cd "$(dirname "$0")"
out=$(cd ../../.. && pwd)/build/packagers
mkdir -p "$out"

for command in cargo go npm; do
  command -v "$command" >/dev/null || { echo "error: no $command, which this needs" >&2; exit 1; }
done

# from_crates NAME VERSION
from_crates() {
  if [[ ! -x $out/bin/$1 || $(cat "$out/$1.version" 2>/dev/null) != "$2" ]]; then
    cargo install --locked --version "$2" --root "$out" --target-dir "$out/target" "$1"
    echo "$2" >"$out/$1.version"
  fi
}
from_crates wkg 0.16.1
from_crates oci-tar-builder 0.4.0

# Go keeps what it has built; there is nothing to do where nothing changed.
(cd istio && go build -o "$out/bin/istio-fetch" .)
(cd buildx && go build -o "$out/bin/" github.com/docker/buildx/cmd/buildx github.com/moby/buildkit/cmd/buildkitd)
(cd others && go build -o "$out/bin/" github.com/google/go-containerregistry/cmd/crane github.com/google/ko \
  oras.land/oras/cmd/oras)
# The module of docker's client says no version of Go, and its code needs a new one.
(cd engines && go build -tags exclude_graphdriver_btrfs,exclude_graphdriver_zfs \
  -gcflags=github.com/docker/cli/cmd/docker=-lang=go1.26 -o "$out/bin/engines/" \
  github.com/containerd/containerd/v2/cmd/containerd github.com/containerd/containerd/v2/cmd/ctr \
  github.com/docker/cli/cmd/docker github.com/moby/moby/v2/cmd/dockerd)

# The schema is fetched and not committed: it is not the package's author's.
sarif=$out/sarif
schema="2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8  $sarif/sarif-2.1.0.json"
mkdir -p "$sarif"
if ! sha256sum --check --status <<<"$schema" 2>/dev/null; then
  tarball=$(cd "$sarif" && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0)
  tar -xOf "$sarif/$tarball" package/lib/schemas/sarif-2.1.0-rtm.5.json >"$sarif/sarif-2.1.0.json"
  rm "$sarif/$tarball"
  sha256sum --check --quiet <<<"$schema"
fi
if ! cmp -s sarif/package-lock.json "$sarif/installed-lock.json"; then
  cp sarif/package.json sarif/package-lock.json "$sarif/"
  (cd "$sarif" && npm install --ignore-scripts --no-audit --no-fund)
  cp sarif/package-lock.json "$sarif/installed-lock.json"
fi
