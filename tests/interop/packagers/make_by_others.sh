#!/usr/bin/env bash
# Makes small images and indexes with programs of others: make_by_others.sh REGISTRY OUT PROGRAM
#
# REGISTRY is the host of an empty registry without TLS, OUT a folder that is there, PROGRAM this wasm-oci, by which what
# lies in the registry becomes an archive of the same bytes. buildah, podman, skopeo, docker (whose daemon DOCKER_HOST
# names), ko, crane, oras and go are found in PATH.
set -euo pipefail
registry=$1
out=$2
program=$3
module=$(cd "$(dirname "$0")/../../.." && pwd)/testdata/modules/hello.wasm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# kept NAME REPOSITORY:TAG: what is in the registry, byte for byte
kept() { "$program" -q copy "$registry/$2" "oci-archive:$out/$1.tar:$1" >/dev/null; }

# --- buildah and podman: what a Containerfile gives, for a machine and for Wasm ---

mkdir context
cp "$module" context/app.wasm
echo "for a machine" >context/app
printf 'FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]\n' >context/Machine
printf 'FROM scratch\nCOPY app.wasm /app.wasm\nENTRYPOINT ["/app.wasm"]\n' >context/Wasm

buildah manifest create by-buildah >/dev/null
for platform in linux/amd64 linux/arm64; do
  buildah build -q --platform "$platform" --manifest by-buildah -f context/Machine context >/dev/null
done
buildah build -q --platform wasi/wasm --manifest by-buildah -f context/Wasm context >/dev/null
buildah manifest push -q --all by-buildah "oci-archive:$out/buildah.tar:buildah" >/dev/null
buildah manifest push -q --all --tls-verify=false by-buildah "docker://$registry/by/buildah:1" >/dev/null

podman build -q --platform wasi/wasm --annotation module.wasm.image/variant=compat -t by-podman -f context/Wasm context \
  >/dev/null
podman save -q --format oci-archive -o "$out/podman.tar" by-podman

# --- skopeo: the same converted to Docker's types, and compressed anew ---

skopeo copy -q --all --format v2s2 --src-tls-verify=false --dest-tls-verify=false \
  "docker://$registry/by/buildah:1" "docker://$registry/by/skopeo:docker"
kept skopeo-docker by/skopeo:docker
skopeo copy -q --override-os wasi --override-arch wasm --src-tls-verify=false --dest-compress-format zstd \
  "docker://$registry/by/buildah:1" "oci-archive:$out/skopeo-zstd.tar:skopeo-zstd"

# --- docker, with its classic store: what it saves, and what it pushes ---

DOCKER_BUILDKIT=0 docker build -q -t "$registry/by/docker:1" -f context/Machine context >/dev/null
docker save "$registry/by/docker:1" >"$out/docker-save.tar"
docker push -q "$registry/by/docker:1" >/dev/null
kept docker by/docker:1

# --- crane: an image of a layer, one with another config, and an index of both ---

tar --owner=0 --group=0 --mtime=@0 -cf layer.tar -C context app.wasm
crane append --oci-empty-base -f layer.tar -t "$registry/by/crane:layer" >/dev/null 2>&1
crane mutate --set-platform wasi/wasm --entrypoint /app.wasm --label by=crane --annotation by=crane \
  -t "$registry/by/crane:mutated" "$registry/by/crane:layer" >/dev/null
kept crane-mutate by/crane:mutated
"$program" -q copy "$registry/by/buildah:1" "$registry/by/crane:machine" --platform linux/amd64 >/dev/null
crane index append -m "$registry/by/crane:machine" -m "$registry/by/crane:mutated" -t "$registry/by/crane:index" >/dev/null 2>&1
kept crane-index by/crane:index

# --- ko: an index of a Go program ---

# A line in the place of the program: what the compiler gives is a megabyte of Go's own.
mkdir app bin
printf 'module example.com/app\n\ngo 1.21\n' >app/go.mod
printf 'package main\n\nfunc main() {}\n' >app/main.go
cat >bin/go <<'SCRIPT'
#!/bin/sh
[ "$1" = build ] || exec go "$@"
while [ "$1" != -o ]; do shift; done
echo "for a machine" >"$2"
SCRIPT
chmod +x bin/go
"$program" -q copy "$registry/by/buildah:1" "$registry/by/base:1" --platform linux/amd64,linux/arm64 >/dev/null
(cd app && KO_GO_PATH=$work/bin/go KO_DOCKER_REPO="$registry/by/ko" KO_DEFAULTBASEIMAGE="$registry/by/base:1" \
  ko build --bare --tags 1 --sbom none --platform linux/amd64,linux/arm64 --image-label by=ko . >/dev/null 2>&1)
kept ko by/ko:1

# --- oras: an index of images, and an artifact with another that refers to it ---

oras manifest index create --plain-http "$registry/by/crane:oras" machine mutated --annotation by=oras >/dev/null
kept oras-index by/crane:oras
(cd context && oras push --plain-http --no-tty --artifact-type application/vnd.example.program "$registry/by/oras:1" \
  app.wasm:application/wasm >/dev/null)
(cd context && oras attach --plain-http --no-tty --artifact-type application/vnd.example.note "$registry/by/oras:1" \
  app:text/plain >/dev/null)
oras backup --plain-http --no-tty --include-referrers -o "$out/oras-artifact.tar" "$registry/by/oras:1" >/dev/null
