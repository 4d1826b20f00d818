#!/usr/bin/env bash
# ./dev setup [--all]: Debian packages, then DuckDB and the address tables. Idempotent, and quick
# when nothing is missing.
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
