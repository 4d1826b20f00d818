#!/usr/bin/env bash
# The packages of web/package-lock.json, into web/node_modules, for building and testing the console.
# npm holds each against the integrity in the lock file; none of their scripts runs.
# Nothing to do, no network: a stamp says so.
set -euo pipefail
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
web="${here}/../../web"

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 3
}

command -v npm > /dev/null || "${here}/apt.sh" fetch
version="$(node -p 'process.versions.node.split(".")[0]')" || die "node does not run"
[[ ${version} -ge 18 ]] || die "the console is built with Node.js 18 or newer, and this is ${version}"
wanted="$(sha256sum < "${web}/package-lock.json")"
stamp="${web}/node_modules/.tocsin-stamp"
if [[ -f ${stamp} && $(< "${stamp}") == "${wanted}" ]]; then
  exit 0
fi
printf 'setup: fetching the packages of the web console\n'
log="$(mktemp)"
trap 'rm -f "${log}"' EXIT
fetched=0
for _ in 1 2 3; do
  if (cd "${web}" && npm install --no-save --ignore-scripts --prefer-offline --loglevel=error \
    < /dev/null > "${log}" 2>&1); then
    fetched=1
    break
  fi
  sleep 2
done
[[ ${fetched} -eq 1 ]] || die "npm could not fetch them: $(tail -n 8 "${log}")"
printf '%s\n' "${wanted}" > "${stamp}"
