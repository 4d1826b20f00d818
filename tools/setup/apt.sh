#!/usr/bin/env bash
# Installs the Debian packages of the groups named, as tools/setup/apt-packages.txt lists them.
# Asks nothing of the network when all are there. Usage: tools/setup/apt.sh GROUP…
set -euo pipefail
list="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/apt-packages.txt"

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 3
}

wanted=()
declare -A prefix
while read -r group package version; do
  [[ -z ${group} || ${group} == \#* ]] && continue
  for asked in "$@"; do
    if [[ ${group} == "${asked}" ]]; then
      wanted+=("${package}")
      prefix["${package}"]="${version}"
    fi
  done
done < "${list}"
[[ ${#wanted[@]} -gt 0 ]] || die "no package group named $* in ${list}"

command -v dpkg-query > /dev/null ||
  die "this is not a Debian system; install the equivalents of: ${wanted[*]}"

declare -A installed
look_up() {
  local status version package
  installed=()
  while read -r status version package; do
    if [[ ${status} == installed ]]; then
      installed["${package}"]="${version#*:}"  # without the epoch
    fi
  done < <(dpkg-query -W -f='${db:Status-Status} ${Version} ${Package}\n' "${wanted[@]}" 2> /dev/null)
}

look_up
missing=()
for package in "${wanted[@]}"; do
  [[ -n ${installed[${package}]:-} ]] || missing+=("${package}")
done

if [[ ${#missing[@]} -gt 0 ]]; then
  as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo > /dev/null ||
      die "neither root nor sudo; ask an administrator for: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  printf 'setup: installing %s\n' "${missing[*]}"
  apt_options=(-y -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" update ||
    die "apt-get update failed; is there a network?"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" \
    install --no-install-recommends "${missing[@]}" < /dev/null ||
    die "apt-get could not install: ${missing[*]}"
  look_up
fi

for package in "${wanted[@]}"; do
  version="${installed[${package}]:-missing}"
  [[ ${prefix[${package}]} == - || ${version} == "${prefix[${package}]}"* ]] ||
    die "${package} is ${version}, and the project is built and tested with ${prefix[${package}]}*" \
      "(Debian 12); change tools/setup/apt-packages.txt on purpose or use Debian 12"
done
