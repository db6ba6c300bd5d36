#!/usr/bin/env bash
# Measures the program against others and prints a table of ratios: tests/bench/run.sh [RUNS]
# Both sides of a ratio run one after the other on this machine, RUNS times each (10), and the medians count. A missed
# budget is marked, and is no failure: two noisy cores decide about a few percent. Everything is below build/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-10}
work=$PWD/build/bench
mkdir -p "$work"

cmake --preset release -DWASM_OCI_TESTS=ON -DWASM_OCI_BENCH=ON >/dev/null
cmake --build --preset release --target wasm-oci wasm_oci_bench peak_memory
program=$PWD/build/release/cli/wasm-oci
peak_memory=$PWD/build/release/tests/bench/peak_memory

# --- The two modules, by exact version and digest ---

# fetch PACKAGE@VERSION PATH-IN-PACKAGE SHA256 NAME
fetch() {
  local file=$work/$4
  if ! sha256sum --check --status <<<"$3  $file" 2>/dev/null; then
    local tarball
    tarball=$(cd "$work" && npm pack --silent "$1")
    tar -xOf "$work/$tarball" "package/$2" >"$file"
    rm "$work/$tarball"
    sha256sum --check --quiet <<<"$3  $file"
  fi
}
fetch @ruby/3.4-wasm-wasi@2.10.1 dist/ruby.debug+stdlib.wasm \
  22fe0f3bafa09c96f055819919cf0534711834a67347eb9969f0050559680d04 large.wasm
fetch @sqlite.org/sqlite-wasm@3.41.2 sqlite-wasm/jswasm/sqlite3.wasm \
  2d34bf9279985db154f98bfab9ffa289b014821873ed188b67e3a4c5d1b7faec small.wasm

# A module of 1 GiB: a header and one custom section of bytes that do not compress.
if [[ ! -f $work/huge.wasm ]]; then
  {
    printf '\0asm\1\0\0\0\0\202\200\200\200\004\001x'
    openssl enc -aes-128-ctr -pbkdf2 -pass pass:wasm-oci -nosalt </dev/zero 2>/dev/null | head -c $((1 << 30))
  } >"$work/huge.part" || [[ $(stat -c %s "$work/huge.part") == $(((1 << 30) + 16)) ]]
  mv "$work/huge.part" "$work/huge.wasm"
fi

# --- Surroundings of their own ---

run=$work/run
rm -rf "$run"
mkdir -p "$run"/{home,docker,containers,tmp}
echo '{}' >"$run/docker/config.json"
cat >"$run/containers/storage.conf" <<TEXT
[storage]
driver = "vfs"
graphroot = "$run/containers/graph"
runroot = "$run/containers/run"
TEXT
export HOME=$run/home DOCKER_CONFIG=$run/docker TMPDIR=$run/tmp XDG_DATA_HOME=$run/home/data
export WASM_OCI_STORE=$run/store CONTAINERS_STORAGE_CONF=$run/containers/storage.conf

cat >"$run/registry.yml" <<TEXT
version: 0.1
storage:
  filesystem:
    rootdirectory: $run/registry
http:
  addr: 127.0.0.1:0
TEXT
docker-registry serve "$run/registry.yml" >"$run/registry.log" 2>&1 &
registry_pid=$!
trap 'kill "$registry_pid"' EXIT
for _ in $(seq 100); do
  host=$(grep -om1 'listening on [0-9.:]*' "$run/registry.log" | cut -d' ' -f3) && [[ -n $host ]] && break
  sleep 0.1
done
[[ -n ${host:-} ]] || { cat "$run/registry.log" >&2; exit 1; }

# script NAME: standard input as an executable, which hyperfine can start without a shell of its own.
script() {
  { echo '#!/bin/sh'; echo 'set -e'; cat; } >"$run/$1"
  chmod +x "$run/$1"
}

# --- Measuring ---

# median COMMAND PREPARE: the median in milliseconds
median() {
  hyperfine -N --warmup 2 --runs "$runs" --prepare "$2" --export-csv "$run/times.csv" "$1" >/dev/null 2>"$run/hyperfine.log" ||
    { cat "$run/hyperfine.log" >&2; return 1; }
  awk -F, 'END { printf "%.2f", 1000 * $(NF - 4) }' "$run/times.csv"
}
# row WORK OURS THEIRS BUDGET UNIT: one line of the table
row() {
  awk -v work="$1" -v ours="$2" -v theirs="$3" -v budget="$4" -v unit="$5" 'BEGIN {
    ratio = ours / theirs
    printf "| %s | %s %s | %s %s | %.2f | %s | %s |\n", work, ours, unit, theirs, unit, ratio, budget,
      ratio <= budget ? "met" : "MISSED"
  }' | tee -a "$run/table.md"
}

printf '| work | wasm-oci | compared with | ratio | budget | |\n| --- | --- | --- | --- | --- | --- |\n' | tee "$run/table.md"

# --- Building ---

out=$run/out
script clean <<<"rm -rf '$out'"
hash_large=$(median "openssl dgst -sha256 $work/large.wasm" true)
row "inspect large, its digest included / openssl dgst" "$(median "$program inspect $work/large.wasm" true)" \
  "$hash_large" 1.15 ms
copy_large=$(median "cp $work/large.wasm $out" "$run/clean")
ours=$(median "$program build $work/large.wasm --compression none -o oci:$out:x" "$run/clean")
row "build large, uncompressed, into a layout / openssl dgst + cp" "$ours" \
  "$(awk "BEGIN { print $hash_large + $copy_large }")" 1.5 ms

for size in large small; do
  script "umoci-$size" <<TEXT
umoci init --layout $out
umoci new --image $out:x
umoci insert --rootless --image $out:x $work/$size.wasm /$size.wasm
umoci config --image $out:x --os wasi --architecture wasm --config.entrypoint /$size.wasm
TEXT
  theirs=$(median "$run/umoci-$size" "$run/clean")
  umoci_size=$(find "$out" -type f -printf '%s\n' | sort -n | tail -n 1)
  ours=$(median "$program build $work/$size.wasm -o oci:$out:x" "$run/clean")
  our_size=$(find "$out" -type f -printf '%s\n' | sort -n | tail -n 1)
  row "build $size, gzip / umoci" "$ours" "$theirs" "$([[ $size == large ]] && echo 0.65 || echo 0.6)" ms
  if [[ $size == large ]]; then
    row "size of its layer / umoci's" "$our_size" "$umoci_size" 1 B
    large_gzip=$ours
  fi
done

mkdir -p "$run/context"
cp "$work/large.wasm" "$run/context/"
printf 'FROM scratch\nCOPY large.wasm /large.wasm\nENTRYPOINT ["/large.wasm"]\n' >"$run/context/Containerfile"
script buildah-large <<TEXT
buildah build -q --no-cache --platform wasi/wasm -t bench $run/context >/dev/null
buildah push -q bench oci:$out:x
TEXT
script buildah-clean <<TEXT
rm -rf $out
buildah rmi -af >/dev/null 2>&1 || true
TEXT
row "build large, gzip / buildah with gzip" "$large_gzip" "$(median "$run/buildah-large" "$run/buildah-clean")" 0.2 ms

# --- Pushing and pulling ---

script forget <<<"rm -rf $run/registry/docker"
for size in large small; do
  "$program" -q build "$work/$size.wasm" -t "$host/bench/$size:1" >/dev/null
  "$program" -q build "$work/$size.wasm" -o "oci:$run/$size-layout:1" >/dev/null
  find "$run/$size-layout/blobs" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2 >"$run/$size-layer"
done
layer=$(cat "$run/large-layer")
digest=sha256:$(basename "$layer")

script curl-push <<TEXT
location=\$(curl -sS -X POST -D - -o /dev/null http://$host/v2/bench/curl/blobs/uploads/ | tr -d '\r' | sed -n 's/^Location: //p')
curl -sS -f -X PUT -H 'Content-Type: application/octet-stream' --data-binary @$layer "\$location&digest=$digest"
TEXT
row "push large, nothing there / curl POST and PUT of its layer" \
  "$(median "$program push $host/bench/large:1" "$run/forget")" "$(median "$run/curl-push" "$run/forget")" 1.15 ms

skopeo_small="skopeo copy -q --dest-tls-verify=false oci:$run/small-layout:1 docker://$host/bench/skopeo:1"
row "push small, nothing there / skopeo" \
  "$(median "$program push $host/bench/small:1" "$run/forget")" "$(median "$skopeo_small" "$run/forget")" 0.65 ms
row "push small, all there / skopeo" \
  "$(median "$program push $host/bench/small:1" true)" "$(median "$skopeo_small" true)" 0.6 ms

before=$(grep -c '" [0-9]* [0-9]* "' "$run/registry.log" || true)
"$program" -q push "$host/bench/small:1" >/dev/null
after=$(grep -c '" [0-9]* [0-9]* "' "$run/registry.log" || true)
# The registry is open, so every request counts.
row "requests of a push, all there" "$((after - before))" 1 3 requests

"$program" -q push "$host/bench/large:1" >/dev/null
row "pull large into a layout / curl GET of its layer" \
  "$(median "$program copy $host/bench/large:1 oci:$out:1" "$run/clean")" \
  "$(median "curl -sS -f -o $out http://$host/v2/bench/large/blobs/$digest" "$run/clean")" 1.4 ms
row "pull small into a layout / skopeo" \
  "$(median "$program copy $host/bench/small:1 oci:$out:1" "$run/clean")" \
  "$(median "skopeo copy -q --override-os wasi --override-arch wasm --src-tls-verify=false docker://$host/bench/small:1 oci:$out:1" "$run/clean")" \
  0.5 ms

# --- An index of twenty entries that a Wasm variant joins ---

entries=()
for i in $(seq 20); do
  "$program" -q build "$work/small.wasm" -t "$host/bench/index:$i" --platform "os$i/wasm" --push >/dev/null
  entries+=("$host/bench/index:$i")
done
"$program" -q build "$work/small.wasm" -t "$host/bench/variant:1" --push >/dev/null
for name in ours theirs; do
  "$program" -q index create -t "$host/bench/index:$name" "${entries[@]}" >/dev/null
done
script leave <<<"$program -q index remove $host/bench/index:ours wasi/wasm >/dev/null"
script buildah-add <<TEXT
buildah manifest create --tls-verify=false --all list docker://$host/bench/index:theirs >/dev/null
buildah manifest add --tls-verify=false list docker://$host/bench/variant:1 >/dev/null
buildah manifest push -q --all --tls-verify=false list docker://$host/bench/index:theirs >/dev/null
TEXT
script buildah-forget <<<"buildah manifest rm list >/dev/null 2>&1 || true"
"$program" -q index add "$host/bench/index:ours" "$host/bench/variant:1" >/dev/null
row "index add to 20 entries / buildah manifest" \
  "$(median "$program index add $host/bench/index:ours $host/bench/variant:1" "$run/leave")" \
  "$(median "$run/buildah-add" "$run/buildah-forget")" 0.33 ms
"$run/leave"
before=$(grep -c '" [0-9]* [0-9]* "' "$run/registry.log" || true)
"$program" -q index add "$host/bench/index:ours" "$host/bench/variant:1" >/dev/null
after=$(grep -c '" [0-9]* [0-9]* "' "$run/registry.log" || true)
row "requests of an index add" "$((after - before))" 1 20 requests

# --- Validating every tag of a repository ---

# tags REPOSITORY COUNT: as many tags, each of a manifest of its own
tags() {
  local i
  "$program" -q build "$work/small.wasm" -t "$host/$1:1" --push >/dev/null
  "$program" inspect --raw "$host/$1:1" >"$run/manifest"
  mkdir -p "$run/manifests"
  for i in $(seq 2 "$2"); do
    sed "s/^{/{\"annotations\":{\"number\":\"$i\"},/" "$run/manifest" >"$run/manifests/$i"
    printf 'next\nurl = "http://%s/v2/%s/manifests/%s"\nrequest = PUT\n' "$host" "$1" "$i"
    printf 'header = "Content-Type: application/vnd.oci.image.manifest.v1+json"\n'
    printf 'data-binary = "@%s"\nfail\nsilent\noutput = /dev/null\n' "$run/manifests/$i"
  done | sed 1d >"$run/curl.conf"
  curl -K "$run/curl.conf"
}
tags bench/tags 200
tags bench/many 2000
script skopeo-tags <<TEXT
for i in \$(seq 200); do
  skopeo inspect --raw --tls-verify=false docker://$host/bench/tags:\$i >/dev/null
done
TEXT
validate_tags="$program validate --shallow --all-tags --fail-on never"
row "validate 200 tags, shallow / skopeo inspect --raw of each" \
  "$(median "$validate_tags $host/bench/tags" true)" "$(runs=3 median "$run/skopeo-tags" true)" 0.2 ms

# --- Memory, in MiB, of many tags, and with a module of 1 GiB ---

# memory WORK ARGUMENT…
memory() {
  local name=$1
  shift
  "$peak_memory" "$run/peak" "$program" -q "$@" >/dev/null
  row "memory to $name / 64 MiB" "$(awk '{ printf "%.1f", $1 / 1024 }' "$run/peak")" 64 1 MiB
}
for repository in tags many; do
  name="validate $([[ $repository == tags ]] && echo 200 || echo 2,000) tags"
  memory "$name" validate --shallow --all-tags --fail-on never "$host/bench/$repository"
done
memory "build 1 GiB with gzip" build "$work/huge.wasm" -o "oci:$out:gzip"
# What validates at all reads each layer once. A module of nothing but bytes has findings.
layer=$(find "$out/blobs" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
script gzip-openssl <<<"gzip -dc $layer | openssl dgst -sha256"
row "validate an image of 1 GiB / gzip -dc of its layer to openssl dgst" \
  "$(runs=3 median "$program validate --fail-on never oci:$out:gzip" true)" \
  "$(runs=3 median "$run/gzip-openssl" true)" 0.8 ms
memory "validate 1 GiB" validate --fail-on never "oci:$out:gzip"
rm -rf "$out"
memory "build 1 GiB uncompressed" build "$work/huge.wasm" --compression none -t "$host/bench/huge:1"
memory "push 1 GiB" push "$host/bench/huge:1"
memory "pull 1 GiB" copy "$host/bench/huge:1" "oci:$out:1"
rm -rf "$out" "$WASM_OCI_STORE" "$run/registry"

# --- Starting ---

row "start-up: version / curl -V" "$(median "$program version" true)" "$(median "curl -V" true)" 1.15 ms

echo
"$PWD/build/release/tests/bench/wasm_oci_bench" --benchmark_min_time=0.2
echo
echo "the table is in build/bench/run/table.md"
