#!/usr/bin/env bash
# Unpacks the packages that tools/setup/servers.txt lists into build/servers/PACKAGE: tests run these
# programs from there, with configurations of their own. apt and npm check what they download.
# Nothing to do, no network: a stamp says so. What cannot be had is named; its tests are skipped.
set -euo pipefail
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
list="${here}/servers.txt"

miss() {
  printf 'setup: %s; the tests that need it are skipped\n' "$*" >&2
}

servers="${here}/../../build/servers"
mkdir -p "${servers}"
servers="$(readlink -f "${servers}")"
unpack_deb() {
  local package="$1" version="$2" work="$3" file got
  (cd "${work}" && apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User=root \
    download "${package}" > apt.log 2>&1) || {
    miss "apt-get could not download ${package}: $(tail -n 1 "${work}/apt.log")"
    return
  }
  file="$(find "${work}" -name '*.deb' -print -quit)"
  got="$(dpkg-deb -f "${file}" Version)"
  [[ ${got#*:} == "${version}"* ]] || {
    miss "${package} is ${got}, and the tests are written for ${version}*"
    return
  }
  rm -rf "${servers:?}/${package}"
  dpkg-deb -x "${file}" "${servers}/${package}"
  printf '%s' "${version}" > "${servers}/${package}/.stamp"
}

install_npm() {
  local packages=("$@") folder="${servers}/node"
  [[ -f ${folder}/.stamp && $(< "${folder}/.stamp") == "${packages[*]}" ]] && return
  command -v npm > /dev/null || {
    miss "there is no npm for ${packages[*]}"
    return
  }
  mkdir -p "${folder}"
  printf 'setup: fetching %s\n' "${packages[*]}"
  npm install --prefix "${folder}" --no-audit --no-fund --ignore-scripts --loglevel=error \
    "${packages[@]}" < /dev/null > "${folder}/npm.log" 2>&1 || {
    miss "npm could not install ${packages[*]}: $(tail -n 1 "${folder}/npm.log")"
    return
  }
  printf '%s' "${packages[*]}" > "${folder}/.stamp"
}

npm_packages=()
while read -r kind package version; do
  [[ -z ${kind} || ${kind} == \#* ]] && continue
  if [[ ${kind} == npm ]]; then
    npm_packages+=("${package}@${version}")
    continue
  fi
  [[ -f ${servers}/${package}/.stamp && $(< "${servers}/${package}/.stamp") == "${version}" ]] &&
    continue
  work="$(mktemp -d)"
  printf 'setup: unpacking %s\n' "${package}"
  unpack_deb "${package}" "${version}" "${work}"
  rm -rf "${work}"
done < "${list}"
[[ ${#npm_packages[@]} -eq 0 ]] || install_npm "${npm_packages[@]}"
