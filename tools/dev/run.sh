#!/usr/bin/env bash
# ./dev run [--demo] [ARG…]: builds and serves on 127.0.0.1:7117 from ./var; further arguments go to
# `tocsin serve`. --demo serves a fresh ./var/demo and feeds it a realistic day with attacks in it.
# Ctrl-C ends everything.
set -euo pipefail
demo=0
if [[ ${1:-} == --demo ]]; then
  demo=1
  shift
fi
bash tools/dev/build.sh release
tocsin="${PWD}/build/release/tocsin"

# The value of --NAME in the arguments, or a default.
option() {
  local name="$1" default="$2" previous=""
  shift 2
  for word in "$@"; do
    [[ ${word} == "--${name}="* ]] && default="${word#*=}"
    [[ ${previous} == "--${name}" ]] && default="${word}"
    previous="${word}"
  done
  printf '%s' "${default}"
}

if [[ ${demo} -eq 0 ]]; then
  arguments=("$@")
  [[ " $* " == *" --listen"* || " $* " == *" --config"* ]] || arguments+=(--listen 127.0.0.1:7117)
  [[ " $* " == *" --data"* || " $* " == *" --config"* ]] || arguments+=(--data ./var)
  exec "${tocsin}" serve "${arguments[@]}"
fi

listen="$(option listen 127.0.0.1:7117 "$@")"
data="$(option data ./var/demo "$@")"
url="http://${listen}"
log=./var/demo-server.log
mkdir -p ./var
if [[ ${data} == ./var/demo ]]; then
  rm -rf ./var/demo
fi

server=0
feeder=0
finish() {
  trap - INT TERM EXIT
  [[ ${feeder} -eq 0 ]] || kill -TERM "${feeder}" 2> /dev/null || true
  [[ ${server} -eq 0 ]] || kill -TERM "${server}" 2> /dev/null || true
  wait 2> /dev/null || true
}
trap finish EXIT
trap 'printf "\nended\n"; exit 0' INT TERM

arguments=("$@")
[[ " $* " == *" --listen"* ]] || arguments+=(--listen "${listen}")
[[ " $* " == *" --data"* ]] || arguments+=(--data "${data}")
"${tocsin}" serve "${arguments[@]}" > "${log}" 2>&1 < /dev/null &
server=$!

died() {
  printf 'run: %s; its log:\n' "$1" >&2
  tail -n 20 "${log}" >&2
  exit 3
}
deadline=$((SECONDS + 60))
until curl -fsS -o /dev/null "${url}/health" 2> /dev/null; do
  kill -0 "${server}" 2> /dev/null || died "the server ended"
  [[ ${SECONDS} -lt ${deadline} ]] || died "the server does not answer on ${url} after 60 s"
  sleep 0.2
done

key="$("${tocsin}" key create --data "${data}" --scope admin --name demo 2> /dev/null | tail -n 1)"
link=""
for _ in {1..50}; do
  link="$(grep -o 'https\?://[^ ]*/setup#[^ ]*' "${log}" | tail -n 1)" && break
  sleep 0.1
done
cat << END

  Open this link and choose a password:
    ${link:-${url}}

  Tocsin serves on   ${url}
  admin key          ${key}
  data               ${data}      log  ${log}

  A day of an ordinary shop, with attacks in it, is being sent. In another terminal:
    ${tocsin#"${PWD}/"} alerts --data ${data}
    ${tocsin#"${PWD}/"} query --data ${data} 'event.outcome:failure | stats count by source.ip | sort -count | head 10'
    ${tocsin#"${PWD}/"} tail --data ${data}
  Ctrl-C ends it.

END
"${tocsin}" demo --url "${url}" --key "${key}" < /dev/null &
feeder=$!
wait -n "${server}" "${feeder}" || true
if kill -0 "${server}" 2> /dev/null; then
  feeder_code=0
  wait "${feeder}" || feeder_code=$?
  feeder=0
  [[ ${feeder_code} -eq 0 ]] || printf 'run: the demo ended with code %s\n' "${feeder_code}" >&2
  printf 'The day is over; the server goes on. Ctrl-C ends it.\n'
  wait "${server}" || died "the server ended"
else
  died "the server ended"
fi
