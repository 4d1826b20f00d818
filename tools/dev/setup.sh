#!/usr/bin/env bash
# ./dev setup [--all]: Debian packages, DuckDB and the address tables, then the servers that
# tests talk to (unpacked, not installed). Idempotent, and quick when nothing is missing.
set -euo pipefail
groups=(build test)
case "${1:-}" in
  "") ;;
  --all) groups+=(check) ;;
  *)
    printf 'usage: ./dev setup [--all]\n' >&2
    exit 2
    ;;
esac
tools/setup/apt.sh "${groups[@]}"
tools/setup/npm.sh
tools/setup/web.sh
tools/setup/servers.sh
