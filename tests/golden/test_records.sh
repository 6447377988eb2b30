#!/usr/bin/env bash
# The records of a run: compressed ones are the plain ones, windows of a trace are parts of it, a full disk leaves nothing.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
# Long enough for files of many pieces; two memories, so that there are transfers; and now and then a task that waits.
cat >linked.json <<'JSON'
{"format": 1, "name": "linked", "base_power": "1 W",
 "kinds": [{"name": "big", "type": "gpu", "operating_points": [{"name": "only", "idle_power": "1 W", "active_power": 3}]}, {"name": "small", "type": "dla"}],
 "memories": [{"name": "host", "energy_per_byte": "1 nJ/B"}, {"name": "card"}], "links": [{"name": "pcie", "bandwidth": "1 GB/s"}],
 "routes": [{"from": "host", "to": "card", "links": ["pcie"]}],
 "accelerators": [{"name": "gpu", "kind": "big", "memory": "card"}, {"name": "dla", "kind": "small", "memory": "host"}]}
JSON
sed -i 's/{"name": "a"}/{"name": "a", "output_bytes": "100 KB"}/; s/{"name": "b"}/{"name": "b, \\"2\\"", "output_bytes": "100 KB"}/; s/"layer": "b"/"layer": "b, \\"2\\""/g' net.json
cat >long.json <<'JSON'
{"format": 1, "name": "long", "duration": "20 s", "streams": [{"name": "camera", "model": "net.json", "deadline": "8 ms",
 "arrival": {"type": "poisson", "rate": "150 Hz"}}, {"name": "rare", "model": "net.json", "arrival": {"type": "periodic", "period": "3 s"}}]}
JSON
parts=(--platform linked.json --workload long.json --policy rr --executor fluid)
packed=(requests accelerators tasks transfers power)

call 0 run "${parts[@]}" -o plain
call 0 run "${parts[@]}" -o small --compress zstd
out "files in small/" "gpu" "requests.csv.zst" "tasks.csv.zst"
for file in "${packed[@]}"; do
  [[ ! -e small/$file.csv ]] || fail "$file.csv was written besides the compressed one"
  zstd -dcq "small/$file.csv.zst" | cmp - "plain/$file.csv" || fail "$file.csv.zst is not $file.csv"
  (($(zstd -lv "small/$file.csv.zst" 2>/dev/null | grep -c '^Check: XXH64') == 1)) || fail "$file.csv.zst has no checksum"
done
for file in summary.json streams.csv; do cmp {plain,small}/$file || fail "$file is another one"; done
(($(wc -c <plain/tasks.csv) > 20 * 65536)) || fail "tasks.csv is too short to seek in"
((5 * $(cat small/*.zst | wc -c) < $(cat plain/{requests,accelerators,tasks,transfers,power}.csv | wc -c))) || fail "more than a fifth is left"

printf '%s\n' '{"format": 1, "name": "said", "platform": "linked.json", "workload": "load.json", "policy": "rr", "records": "all", "compress": "zstd"}' >said.json
call 0 sweep said.json -o said -q
[[ -s said/runs/0/tasks.csv.zst && -s said/runs/0/streams.csv && ! -e said/runs/0/power.csv && -s said/points.csv ]] || fail "$last: other files"
call 0 sweep said.json -o said -q --compress none
[[ -s said/runs/0/tasks.csv ]] || fail "$last: other files"
call 2 run "${parts[@]}" --compress gzip
err_is '--compress gzip: /compress: must be one of none, zstd; found "gzip"'

# What knows nothing of the order of rows reads all of them, and must show the same: there is no manifest that says it.
mkdir all && cp plain/{requests,accelerators,tasks,transfers,power}.csv all
call 0 trace plain -o whole.json
call 0 trace small -o other.json
cmp whole.json other.json || fail "the trace of compressed records is another one"
call 0 trace all -o other.json
cmp whole.json other.json || fail "the trace depends on the manifest"
windows=("0 0.05" "0.003 0.004" "0.79026 0.79027" "7 7.5" "7.2 7.2000001" "11.9995 12.01" "19.9 30" "25 26")
for window in "${windows[@]}"; do
  read -r from to <<<"$window"
  for run in plain small all; do call 0 trace $run --from "$from" --to "$to" -o $run.json; done
  cmp plain.json all.json || fail "from $from to $to is another trace if files are searched"
  cmp plain.json small.json || fail "from $from to $to is another trace if files are compressed"
done
# Tasks that are noticed to have ended early end behind the next one of their slot, and not in the order of rows.
sed 's/"name": "long",/& "completion_tolerance": "1 ms",/' long.json >tolerant.json
call 0 run --platform linked.json --workload tolerant.json --policy rr -o early
mkdir early_all && cp early/{requests,accelerators,tasks,transfers,power}.csv early_all
for window in "7 7.5" "7.2 7.2000001" "7.2117 7.2118" "7.2118 7.2119" "7.2119 7.2120"; do
  read -r from to <<<"$window"
  for run in early early_all; do call 0 trace $run --from "$from" --to "$to" -o $run.json; done
  cmp early.json early_all.json || fail "from $from to $to is another trace if tasks end early"
done
call 0 trace plain --from 7 --to 7.5 -o part.json
/usr/bin/env python3 - whole.json part.json <<'PYTHON' || fail "a window does not show what the whole shows there"
import json, sys
whole, part = (json.load(open(name))["traceEvents"] for name in sys.argv[1:])
def shown(events, phases, low, high):
    return [e for e in events if e["ph"] in phases and e["ts"] <= high and e["ts"] + e.get("dur", 0) >= low]
slices = shown(whole, "X", 7e6, 7.5e6)
if len(slices) < 100 or slices != shown(part, "X", 7e6, 7.5e6):
    sys.exit("other slices")
# Spans and counters within the window; arrows are numbered anew.
for phases in ("be", "C", "i"):
    if shown(whole, phases, 7.1e6, 7.4e6) != shown(part, phases, 7.1e6, 7.4e6):
        sys.exit("other events " + phases)
if not shown(part, "s", 7e6, 7.5e6):
    sys.exit("no arrows")
PYTHON

# Damage is told with its place, also behind what was skipped; and what lies after the window is not looked at.
cp -r plain torn
line=$(grep -nm1 ',7\.2[0-9]*,' torn/tasks.csv | cut -d: -f1)
sed -i "${line}s/,finished,/,finishd,/" torn/tasks.csv
call 2 trace torn --from 7.1 --to 7.5
err "hetsched: torn/tasks.csv:$line: status: must be one of finished, failed, aborted, unfinished, part; found \"finishd\""
call 0 trace torn --from 2 --to 2.5
cp -r small torn_small
head -c 20000 small/tasks.csv.zst >torn_small/tasks.csv.zst
call 2 trace torn_small
err_is "torn_small/tasks.csv.zst: is not complete: its end is missing"
head -c 20000 small/tasks.csv.zst | tr '\000-\017' '\020-\037' >torn_small/tasks.csv.zst
call 2 trace torn_small
err "torn_small/tasks.csv.zst: is damaged: "

# A disk that is full (here: files must not get longer) is one error, and nothing is left of the run.
for compress in none zstd; do
  status=0
  (trap '' XFSZ && ulimit -f 64 && exec "$HETSCHED" run "${parts[@]}" -o full --compress $compress) >"$room/out" 2>"$room/err" || status=$?
  last="a full disk, --compress $compress"
  ((status == 2)) || fail "$last: exit code $status"
  (($(wc -l <"$room/err") == 1)) || { cat "$room/err" >&2; fail "$last: not one error"; }
  err "cannot be written: File too large"
  [[ -z $(compgen -G 'full*') ]] || fail "$last: something is left"
done

# Figures are the same, and say what is missing to draw them.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
for run in plain small; do
  "$python" "$SOURCE_DIR/scripts/plot" utilisation $run -o figures/$run 2>"$room/err" || { cat "$room/err" >&2; fail "no figure of $run"; }
done
cmp <(cut -d, -f2- figures/plain/utilisation.csv) <(cut -d, -f2- figures/small/utilisation.csv) || fail "other figures of compressed records"
mkdir empty
PATH=$PWD/empty "$python" "$SOURCE_DIR/scripts/plot" utilisation small -o figures/none 2>"$room/err" && fail "drawn without zstd"
contains "$room/err" "accelerators.csv.zst: is compressed; to read it install zstd: apt-get install zstd."
