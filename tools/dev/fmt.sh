#!/usr/bin/env bash
# ./dev fmt [--check] [FILE…]: our C++ files through clang-format 19.
set -euo pipefail
tools/setup/apt.sh test
how=(-i)
if [[ ${1:-} == --check ]]; then
  how=(--dry-run -Werror)
  shift
fi
files=("$@")
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -t files < <(find src bench tests \( -name '*.cc' -o -name '*.h' \) | sort)
fi
[[ ${#files[@]} -eq 0 ]] || printf '%s\0' "${files[@]}" |
  xargs -0 -n 20 -P "$(nproc)" clang-format-19 --style=file "${how[@]}"
