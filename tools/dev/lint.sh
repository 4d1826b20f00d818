#!/usr/bin/env bash
# ./dev lint [--all] [FILE…]: clang-tidy 19 (.clang-tidy) on the sources that differ from main or
# are not committed, on all, or on those named.
set -euo pipefail
bash tools/dev/setup.sh --all
files=()
if [[ ${1:-} == --all ]]; then
  mapfile -t files < <(find src -name '*.cc' ! -name '*_fuzz.cc' | sort)
elif [[ $# -gt 0 ]]; then
  files=("$@")
else
  base="$(git merge-base HEAD origin/main 2> /dev/null || git rev-parse HEAD)"
  mapfile -t files < <({
    git diff --name-only --diff-filter=d "${base}" -- 'src/*.cc' 'src/**/*.cc'
    git ls-files --others --exclude-standard -- 'src/*.cc' 'src/**/*.cc'
  } | grep -v _fuzz.cc | sort -u)
fi
if [[ ${#files[@]} -eq 0 ]]; then
  printf 'lint: nothing changed; ./dev lint --all looks at everything\n'
  exit 0
fi
# clang's own compilation database: g++'s has flags that clang does not know.
folder=build/lint
mkdir -p "${folder}"
[[ -f ${folder}/compile_commands.json ]] || cmake --preset dev -B "${folder}" \
  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 > "${folder}/configure.log" || {
  cat "${folder}/configure.log" >&2
  exit 3
}
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 -p "${folder}" --quiet --warnings-as-errors='*'
