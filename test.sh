#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests: ./test.sh [--all]
#
# Without --all: the release build with every test, interop with other programs included; the dev build (address and
# undefined-behaviour sanitizers) with all but interop; the tests of threads under the thread sanitizer; the format of
# all sources; clang-tidy on what changed. With --all also: a corpus of real binaries, fetched and compared; packages both
# ways with programs of other ecosystems; every test but interop under the thread sanitizer, clang-tidy on everything, a
# minute of fuzzing for each target, and the benchmarks.
set -euo pipefail
cd "$(dirname "$0")"
source tests/support/packages.sh

all=false
case "${1:-}" in
  "") ;;
  --all) all=true ;;
  *) echo "usage: ./test.sh [--all]" >&2; exit 2 ;;
esac

mapfile -t missing < <(
  missing_packages "${build_packages[@]}" "${test_packages[@]}"
  packages_of_missing_commands "${test_commands[@]}"
)
install_packages "${missing[@]}"

jobs=$(nproc)
passed=0
failed=0
summary=()
mkdir -p build/logs

# What the tests leave in a temporary folder when they are stopped goes with it. Not below build/: the path of a socket
# may have no more than 107 bytes.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/wasm-oci.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# What another clone on this machine has compiled is not compiled again: what ccache keeps is found by paths below the
# clone.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# check NAME COMMAND…: counts as one test; its output is shown where it fails.
check() {
  local name=$1 begin=$SECONDS
  local log=build/logs/$name.log
  shift
  echo "== $name"
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    summary+=("ok      $name, $((SECONDS - begin)) s")
  else
    failed=$((failed + 1))
    summary+=("FAILED  $name, see $log")
    tail -n 60 "$log"
    return 1
  fi
}

# tests PRESET CTEST-ARGUMENT…: counts each test that ctest runs.
tests() {
  local preset=$1 begin=$SECONDS
  local log=build/logs/ctest-$preset.log
  shift
  echo "== ctest in $preset"
  local result=0
  ctest --test-dir "build/$preset" --no-tests=error --output-on-failure -j "$jobs" "$@" 2>&1 | tee "$log" |
    grep -vE '^ +Start |Passed +[0-9.]+ sec$' || true
  local line
  line=$(grep -oE '[0-9]+ tests failed out of [0-9]+' "$log" || true)
  if [[ $line =~ ^([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+)$ ]]; then
    failed=$((failed + BASH_REMATCH[1]))
    passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
    result=$((BASH_REMATCH[1] > 0))
  else
    failed=$((failed + 1))
    result=1
  fi
  # A skipped test has proved nothing, though ctest counts it as passed; a disabled one it does not count at all.
  local skipped disabled
  skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
  disabled=$(grep -c 'Not Run (Disabled)' "$log" || true)
  if ((skipped + disabled > 0)); then
    passed=$((passed - skipped))
    failed=$((failed + skipped + disabled))
    line+=", $skipped skipped, $disabled disabled"
    result=1
  fi
  summary+=("$( ((result == 0)) && echo 'ok     ' || echo 'FAILED ') ctest in $preset: ${line:-no result}, $((SECONDS - begin)) s")
}

build() {
  local preset=$1
  shift
  cmake --preset "$preset" "$@" && cmake --build --preset "$preset" -j "$jobs" "${targets[@]}"
}

format() {
  git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run -Werror
}

# The sources that differ from main, or where this is main, those of the last commit; at most forty, which is what the
# time of a normal run allows.
changed_sources() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -z $base || $base == "$(git rev-parse HEAD)" ]]; then
    base=$(git rev-parse -q --verify HEAD~1 || git hash-object -t tree /dev/null)
  fi
  git diff --name-only --diff-filter=d "$base" -- '*.cpp' | head -n 40
}

tidy() {
  # Only what the dev build compiles: for other files the flags would be guesses.
  while read -r file; do
    if grep -qF "\"file\": \"$PWD/$file\"" build/dev/compile_commands.json; then
      echo "$file"
    fi
  done | xargs -r -n 1 -P "$jobs" clang-tidy-19 -p build/dev --quiet
}
tidy_changed() { changed_sources | tidy; }
tidy_all() { git ls-files '*.cpp' | tidy; }

check format format || true

targets=()
if check build-release build release -DWASM_OCI_TESTS=ON; then
  left_out=none
  { $all && check fetch-corpus tests/interop/corpus/fetch.sh; } || left_out+='|corpus'
  { $all && check fetch-packagers tests/interop/packagers/fetch.sh; } || left_out+='|packagers'
  tests release -LE "$left_out"
fi
if check build-dev build dev; then
  tests dev -LE 'interop|corpus|packagers'
  if $all; then check clang-tidy tidy_all || true; else check clang-tidy tidy_changed || true; fi
fi
$all || targets=(--target thread_tests)
if check build-tsan build tsan; then
  if $all; then tests tsan -LE 'interop|corpus|packagers'; else tests tsan -L threads; fi
fi
if $all; then
  check fuzz tests/fuzz/run.sh 60 || true
  check bench tests/bench/run.sh || true
fi

printf '\n'
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed"
((failed == 0))
