#!/usr/bin/env bash
# ./dev build [PRESET] [TARGET…]: the release binary, or targets of another preset in
# build/PRESET. The program is the default target (of fuzz: all fuzz targets).
set -euo pipefail
preset="${1:-release}"
[[ $# -gt 0 ]] && shift
case "${preset}" in
  release | dev | asan | tsan) bash tools/dev/setup.sh ;;
  fuzz) bash tools/dev/setup.sh --all ;;
  *)
    printf 'build: no preset "%s": release, dev, asan, tsan or fuzz\n' "${preset}" >&2
    exit 2
    ;;
esac
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  if [[ ${preset} == fuzz ]]; then
    mapfile -t targets < <(find src -name '*_fuzz.cc' -exec basename {} .cc \; | sort)
  else
    targets=(tocsin)
  fi
fi
folder="build/${preset}"
mkdir -p "${folder}"
# Configuring again costs seconds; ninja does it by itself when a list of files changed.
if [[ ! -f ${folder}/build.ninja ]]; then
  cmake --preset "${preset}" > "${folder}/configure.log" 2>&1 || {
    cat "${folder}/configure.log" >&2
    exit 3
  }
fi
exec ninja -C "${folder}" "${targets[@]}"
