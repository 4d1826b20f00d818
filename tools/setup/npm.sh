#!/usr/bin/env bash
# Fetches what tools/setup/npm-packages.txt lists into build/deps (or $TOCSIN_DEPS_DIR): DuckDB's
# library and header, the country and network tables. Every tarball is held against the integrity
# in that file before anything is taken out. Nothing to do, no network: a stamp says so.
set -euo pipefail
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
list="${here}/npm-packages.txt"
deps="${TOCSIN_DEPS_DIR:-${here}/../../build/deps}"
machine="$(uname -m)"

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 3
}

lines=()
while IFS= read -r line; do
  read -r on _ <<< "${line}"
  [[ ${on:-} == any || ${on:-} == "${machine}" ]] && lines+=("${line}")
done < <(grep -v '^#' "${list}")
printf '%s\n' "${lines[@]}" | grep -q libduckdb.so ||
  die "there is no DuckDB library for ${machine} in ${list}"

stamp="${deps}/.stamp"
wanted="$(printf '%s\n' "${lines[@]}" | sha256sum)"
all_there() {
  [[ -f ${stamp} && $(< "${stamp}") == "${wanted}" ]] || return 1
  local line pair
  for line in "${lines[@]}"; do
    read -r _ _ _ _ pairs <<< "${line}"
    for pair in ${pairs}; do
      [[ -s ${deps}/${pair#*=} ]] || return 1
    done
  done
}
all_there && exit 0

command -v npm > /dev/null || "${here}/apt.sh" fetch
work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT
mkdir -p "${deps}"

fetch() {
  local package="$1" version="$2" integrity="$3" tarball got pair
  shift 3
  printf 'setup: fetching %s %s\n' "${package}" "${version}"
  rm -rf "${work:?}"/*
  (cd "${work}" && npm pack --loglevel=error --ignore-scripts --prefer-offline \
    "${package}@${version}" < /dev/null > /dev/null 2> "${work}/npm.err") ||
    die "npm could not fetch ${package}@${version}: $(grep -v '_logs\|complete log' "${work}/npm.err" | tail -n 8)"
  tarball="$(find "${work}" -name '*.tgz' -print -quit)"
  got="sha512-$(openssl dgst -sha512 -binary "${tarball}" | base64 -w0)"
  [[ ${got} == "${integrity}" ]] ||
    die "${package}@${version} has integrity ${got}, and ${list} wants ${integrity}: not used"
  for pair in "$@"; do
    tar -xzf "${tarball}" -C "${work}" "${pair%%=*}"
    mkdir -p "$(dirname "${deps}/${pair#*=}")"
    mv "${work}/${pair%%=*}" "${deps}/${pair#*=}.new"
    mv "${deps}/${pair#*=}.new" "${deps}/${pair#*=}"
  done
}

for line in "${lines[@]}"; do
  read -r _ package version integrity pairs <<< "${line}"
  # shellcheck disable=SC2086  # the pairs are separate words
  fetch "${package}" "${version}" "${integrity}" ${pairs}
done
printf '%s\n' "${wanted}" > "${stamp}"
