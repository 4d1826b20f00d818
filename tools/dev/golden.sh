#!/usr/bin/env bash
# ./dev golden [--update] [WORD…]: see tools/golden.py. --update also lets the unit tests that keep
# expected outputs in tests/golden rewrite theirs.
set -euo pipefail
bash tools/dev/build.sh release
if [[ ${1:-} == --update ]]; then
  mapfile -t modules < <(grep -rl TOCSIN_GOLDEN_UPDATE src --include='*_test.cc' | cut -d/ -f2 | sort -u)
  if [[ ${#modules[@]} -gt 0 ]]; then
    bash tools/dev/build.sh dev "${modules[@]/%/_test}"
    for module in "${modules[@]}"; do
      TOCSIN_GOLDEN_UPDATE=1 "build/dev/${module}_test" --gtest_brief=1
    done
  fi
fi
exec python3 tools/golden.py "$@"
