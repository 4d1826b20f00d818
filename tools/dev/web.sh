#!/usr/bin/env bash
# Builds web/ into build/web/dist, for every preset the same; quick when nothing changed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
bash tools/setup/web.sh
mkdir -p build/web
exec 9> build/web/lock
flock 9
inputs() {
  find web docs/openapi.json -type f -not -path 'web/node_modules/*' -not -name 'schema.gen.ts' \
    -not -name '*.test.ts' -not -name '*.test.tsx' -print0 | sort -z | xargs -0 sha256sum
}
wanted="$(inputs | sha256sum)"
if [[ -f build/web/dist/index.html && -f build/web/.stamp && $(< build/web/.stamp) == "${wanted}" ]]; then
  exit 0
fi
rm -f build/web/.stamp
(cd web && TOCSIN_WEB_OUT=../build/web/dist npm run --silent build) > build/web/build.log 2>&1 || {
  tail -n 40 build/web/build.log >&2
  exit 3
}
printf '%s\n' "${wanted}" > build/web/.stamp
