# shellcheck shell=bash
# Sourced by the scripts of golden/: calls the program and looks at its exit code, output and errors.
set -euo pipefail
: "${HETSCHED:?the program to test}" "${SOURCE_DIR:?the source tree}"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# call EXIT_CODE ARGUMENT...: what it writes goes to $room/out and $room/err.
call() {
  local wanted=$1 got=0
  shift
  last="hetsched $*"
  "$HETSCHED" "$@" >"$room/out" 2>"$room/err" || got=$?
  ((got == wanted)) || {
    cat "$room/out" "$room/err" >&2
    fail "$last: exit code $got, not $wanted"
  }
}

# out TEXT..., err TEXT...: the last call wrote each of these texts there.
out() { contains "$room/out" "$@"; }
err() { contains "$room/err" "$@"; }
contains() {
  local file=$1 text
  shift
  for text in "$@"; do
    grep -qF -- "$text" "$file" || {
      cat "$file" >&2
      fail "$last: did not write: $text"
    }
  done
}

# err_is LINE...: the last call wrote exactly these lines to standard error, and nothing else at all.
err_is() {
  printf 'hetsched: %s\n' "$@" | diff - "$room/err" >&2 || fail "$last: another message was expected"
  [[ ! -s $room/out ]] || fail "$last: wrote to standard output besides its error"
}
silent() { [[ ! -s $room/$1 ]] || { cat "$room/$1" >&2; fail "$last: wrote to $1"; }; }

# A platform of two accelerators, a model of three layers, a workload of one stream, an experiment of four points.
write_inputs() {
  mkdir -p "$room/in"
  cat >"$room/in/two.json" <<'JSON'
{"format": 1, "name": "two",
 "kinds": [{"name": "big", "type": "gpu", "operating_points": [{"name": "only", "idle_power": "1 W", "active_power": 3}]},
           {"name": "small", "type": "dla"}],
 "accelerators": [{"name": "gpu", "kind": "big"}, {"name": "dla", "kind": "small"}]}
JSON
  cat >"$room/in/net.json" <<'JSON'
{"format": 1, "name": "net", "layers": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
 "costs": [{"layer": "a", "kind": "big", "time": "1 ms"}, {"layer": "a", "kind": "small", "time": "2 ms", "energy": "1 mJ"},
           {"layer": "b", "kind": "big", "time": "1 ms"}, {"layer": "b", "kind": "small", "time": "2 ms", "energy": "1 mJ"},
           {"layer": "c", "kind": "big", "time": "1 ms"}]}
JSON
  # Layer c runs only at an operating point that no built-in policy sets.
  sed 's|"kind": "big", "time": "1 ms"}\]|"kind": "big", "point": "slow", "time": "1 ms"}]|' "$room/in/net.json" >"$room/in/stuck.json"
  sed 's|"operating_points": \[|&{"name": "fast"}, {"name": "slow"}, |; s|"two"|"paced"|' "$room/in/two.json" >"$room/in/paced.json"
  cat >"$room/in/load.json" <<'JSON'
{"format": 1, "name": "load", "duration": "0.1 s", "streams": [{"name": "camera", "model": "net.json", "deadline": "period",
 "arrival": {"type": "periodic", "period": "5 ms", "jitter": "1 ms"}}]}
JSON
  cat >"$room/in/experiment.json" <<'JSON'
{"format": 1, "name": "tiny", "platform": "two.json", "workload": "load.json", "replicates": 2,
 "grid": {"policy": ["edf", "mct"]}, "baseline": {"policy": "edf"}, "compare": ["latency_mean_s", "miss_rate"]}
JSON
}
