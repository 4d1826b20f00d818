#!/usr/bin/env bash
# ./dev bench [NAME…]: the programs bench/*_bench.cc (with or without _bench), nab and end_to_end.
# Without names: all. Tables on standard output, JSON in build/bench/. See docs/performance.md.
set -euo pipefail
names=("$@")
if [[ ${#names[@]} -eq 0 ]]; then
  mapfile -t names < <(find bench -name '*_bench.cc' -exec basename {} _bench.cc \; | sort)
  names+=(end_to_end)
fi
mkdir -p build/bench
for name in "${names[@]}"; do
  name="${name%_bench}"
  printf '== %s\n' "${name}"
  if [[ ${name} == end_to_end ]]; then
    bash tools/dev/build.sh release tocsin load_generator
    python3 bench/end_to_end.py --json build/bench/end_to_end.json
  elif [[ ${name} == nab ]]; then
    bash tools/dev/build.sh release nab
    build/release/nab
  elif [[ -f bench/${name}_bench.cc ]]; then
    bash tools/dev/build.sh release "${name}_bench"
    "build/release/${name}_bench" --benchmark_out="build/bench/${name}.json" \
      --benchmark_out_format=json
  else
    printf 'bench: there is no bench/%s_bench.cc\n' "${name}" >&2
    exit 2
  fi
done
