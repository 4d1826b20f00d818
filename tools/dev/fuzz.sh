#!/usr/bin/env bash
# ./dev fuzz [--smoke] [--seconds N] [TARGET…]: runs fuzz targets, by default each for 60 s, from
# the seeds in tests/corpus/TARGET. What is found new stays in build/fuzz/corpus/TARGET; a crash is
# left in build/fuzz/crashes and belongs, after the fix, into tests/corpus/TARGET.
set -euo pipefail
seconds=60
targets=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --smoke) ;;
    --seconds)
      seconds="${2:?--seconds wants a number}"
      shift
      ;;
    -*)
      printf 'usage: ./dev fuzz [--smoke] [--seconds N] [TARGET…]\n' >&2
      exit 2
      ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <(find src -name '*_fuzz.cc' -exec basename {} .cc \; | sort)
fi
bash tools/dev/build.sh fuzz "${targets[@]}"

export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export LSAN_OPTIONS="suppressions=${PWD}/tools/sanitizers/lsan.supp:print_suppressions=0"
mkdir -p build/fuzz/corpus build/fuzz/crashes build/fuzz/logs
run_one() {
  local target="$1" seeds="tests/corpus/$1" grown="build/fuzz/corpus/$1"
  mkdir -p "${grown}"
  local folders=("${grown}")
  [[ -d ${seeds} ]] && folders+=("${seeds}")
  if "build/fuzz/${target}" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/crashes/${target}-" -print_final_stats=1 "${folders[@]}" \
    > "build/fuzz/logs/${target}.log" 2>&1 < /dev/null; then
    printf 'ok    %s  %s runs\n' "${target}" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/logs/${target}.log")"
  else
    printf 'FAIL  %s  see build/fuzz/logs/%s.log\n' "${target}" "${target}"
    tail -n 30 "build/fuzz/logs/${target}.log"
    return 1
  fi
}
export -f run_one
printf '%s\n' "${targets[@]}" |
  xargs -P "$(nproc)" -I {} bash -c 'run_one "$1" "$2"' _ {} "${seconds}"
