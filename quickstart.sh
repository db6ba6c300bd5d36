#!/usr/bin/env bash
# From a fresh clone to a WebAssembly module in an image, without any server: ./quickstart.sh
# Installs what the build needs where it is missing, builds, and shows the main job. It writes only below build/.
set -euo pipefail
cd "$(dirname "$0")"
source tests/support/packages.sh

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
  printf '$ %s\n' "wasm-oci $*"
  "$program" "$@"
}
[[ -t 1 ]] || say() { printf '\n%s\n' "$*"; }

say "1. What the build needs"
mapfile -t missing < <(missing_packages "${build_packages[@]}")
if ((${#missing[@]} == 0)); then
  echo "everything is installed"
fi
install_packages "${missing[@]}"

say "2. Building wasm-oci"
mkdir -p build
if ! { cmake --preset release -DWASM_OCI_TESTS=OFF && cmake --build --preset release --target wasm-oci; } \
  >build/quickstart.log 2>&1; then
  tail -n 40 build/quickstart.log >&2
  echo "error: the build failed; all of its output is in build/quickstart.log" >&2
  exit 1
fi
program=$PWD/build/release/cli/wasm-oci
echo "$program"

demo=$PWD/build/quickstart
rm -rf "$demo"
mkdir -p "$demo"
export WASM_OCI_STORE=$demo/store
module=testdata/modules/hello.wasm

say "3. A module becomes an image for wasi/wasm in the local store ($WASM_OCI_STORE)"
show build "$module" -t me/hello:1.0

say "4. What is in the image"
show inspect local:me/hello:1.0

say "5. The module comes out again, byte for byte"
show pull local:me/hello:1.0 -o "$demo/hello.wasm"
cmp "$module" "$demo/hello.wasm"
sha256sum "$module" "$demo/hello.wasm"

say "6. The same input gives the same digest, here and everywhere"
first=$("$program" digest local:me/hello:1.0)
second=$("$program" build "$module" -t me/hello:again -q 2>/dev/null)
echo "$first"
echo "$second"
[[ $first == "$second" ]] || { echo "error: two builds of one module differ" >&2; exit 1; }

say "Done. To push it to a registry, here Docker Hub as USER:"
cat <<TEXT
  export PATH=$(dirname "$program"):\$PATH
  wasm-oci login -u USER
  wasm-oci build $module -t USER/hello:1.0
  wasm-oci push USER/hello:1.0
and to run it where Docker has a Wasm runtime:
  docker run --runtime io.containerd.wasmtime.v1 --platform wasi/wasm USER/hello:1.0
TEXT
