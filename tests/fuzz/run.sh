#!/usr/bin/env bash
# Runs the libFuzzer targets: tests/fuzz/run.sh [SECONDS] [TARGET…]
# Each runs for SECONDS (60) on the corpus it grew earlier (in the build folder), seeded from tests/fuzz/corpus. The
# first crash, leak or time-out of a target fails the run, and its input stays in build/fuzz/findings/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
jobs=$(nproc)

cmake --preset fuzz >/dev/null
mapfile -t targets < build/fuzz/tests/fuzz/targets.txt
if (($# > 0)); then
  targets=("$@")
fi
if ((${#targets[@]} == 0)); then
  echo "error: tests/fuzz/CMakeLists.txt lists no target" >&2
  exit 1
fi
cmake --build --preset fuzz -j "$jobs" --target "${targets[@]/%/_fuzz}"

run_target() {
  local name=$1
  local corpus=build/fuzz/corpus/$name findings=build/fuzz/findings/$name log=build/fuzz/$name.log
  mkdir -p "$corpus" "$findings"
  # Bounded so that an allocation driven by the input, or a slow input, is a finding as well.
  if "build/fuzz/tests/fuzz/${name}_fuzz" "$corpus" "tests/fuzz/corpus/$name" -max_total_time="$seconds" \
    -rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$findings/" >"$log" 2>&1; then
    echo "ok      $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
  else
    echo "FAILED  $name: see $log and $findings/"
    return 1
  fi
}
export -f run_target
export seconds

printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'run_target "$1"' run_target
