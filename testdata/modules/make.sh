#!/usr/bin/env bash
# Rebuilds the modules of this folder from their sources: testdata/modules/make.sh
# Needs Debian 12's clang-14, lld-14, wasi-libc and libclang-rt-14-dev-wasm32, and npm. The results are committed, so
# that neither the build nor the tests need these tools.
set -euo pipefail
cd "$(dirname "$0")"
tools=../../build/testdata-tools
jco_version=1.35.0

clang-14 --target=wasm32-wasi -O2 -Wall -Wextra -Werror hello.c -o hello.wasm -Wl,--strip-debug
chmod 0644 hello.wasm

mkdir -p "$tools"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" "@bytecodealliance/jco@$jco_version"
"$tools/node_modules/.bin/jco" new hello.wasm --wasi-command -o hello.component.wasm
chmod 0644 hello.component.wasm

sha256sum hello.wasm hello.component.wasm | tee SHA256SUMS
