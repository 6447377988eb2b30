#!/usr/bin/env bash
# SimGrid ends the process where it finds itself in a state it did not expect. That is told as what it is, with the run
# that was being simulated, and costs no results that were complete before.
source "$SOURCE_DIR/tests/support/cli.sh"
cd "$room"
write_inputs
# Links, and memories of a limited bandwidth, keep SimGrid busy: there is something to be taken apart at the end.
cat >in/linked.json <<'JSON'
{"format": 1, "name": "linked", "kinds": [{"name": "big", "type": "gpu"}, {"name": "small", "type": "dla"}],
 "memories": [{"name": "host", "bandwidth": "1 GB/s"}, {"name": "card", "bandwidth": "1 GB/s"}], "links": [{"name": "pcie", "bandwidth": "1 GB/s"}],
 "routes": [{"from": "host", "to": "card", "links": ["pcie"]}],
 "accelerators": [{"name": "gpu", "kind": "big", "memory": "card"}, {"name": "dla", "kind": "small", "memory": "host"}]}
JSON
sed 's/{"name": "a"}/{"name": "a", "output_bytes": "1 MB"}/; s/"time": "1 ms"/&, "bytes": "10 KB"/' -i in/net.json
cat >in/linked_experiment.json <<'JSON'
{"format": 1, "name": "one", "platform": "linked.json", "workload": "load.json", "policy": "rr", "records": "none"}
JSON
run=(run --platform in/linked.json --workload in/load.json --policy rr -o records)
scenario='platform linked, workload load, policy rr, seed 1'
version=$("$HETSCHED" --version | sed -n 's/^SimGrid \([0-9.]*\),.*/\1/p')

# giving_up AT CODE [SETTING=VALUE] ARGUMENT...: the program, with a SimGrid that gives up AT some point (give_up.cpp), ends
# with exit code CODE.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
giving_up() {
  local settings=(GIVE_UP_AT="$1") code=$2
  shift 2
  [[ $1 == *=* ]] && settings+=("$1") && shift
  local got=0
  last="hetsched $*, with ${settings[*]}"
  env LD_PRELOAD="$BUILD_DIR/tests/libgive_up.so" "${settings[@]}" "$HETSCHED" "$@" >"$room/out" 2>"$room/err" || got=$?
  [[ $got == "$code" ]] || { cat "$room/out" "$room/err" >&2; fail "$last: exit code $got, not $code"; }
}

blame="This is a bug of hetsched or of that library, not of your files or of the policy"
giving_up 5 70 "${run[@]}"
err_is "internal error: SimGrid $version gave up: \"Nobody expected call 5\"; simulated was: $scenario. $blame"
[[ ! -e records ]] || fail "there are results of a run that did not end"
giving_up comm 70 "${run[@]}"
err_is "internal error: SimGrid $version gave up: \"Nobody expected a Comm\"; simulated was: $scenario. $blame"
giving_up 5 70 GIVE_UP_HOW=throw "${run[@]}"
err_is "internal error: SimGrid $version: out of models; simulated was: $scenario" \
  "This is a bug of hetsched, not of your files. Please report the command, its files and this message."
giving_up 5 70 GIVE_UP_HOW=memory "${run[@]}"
err_is "out of memory"
if [[ -z ${UBSAN_OPTIONS:-} ]]; then # sanitizers take this signal themselves
  giving_up 5 70 GIVE_UP_HOW=segfault "${run[@]}"
  err_is "internal error: SimGrid $version crashed with SIGSEGV; simulated was: $scenario. $blame"
fi

# At the very end: the last call is made when what simulated is taken apart, and all results are there by then.
GIVE_UP_COUNT=1 giving_up 0 0 "${run[@]}"
calls=$(sed -n 's/^calls: //p' err)
((calls > 10)) || fail "the run made only $calls calls"
mv records whole
giving_up "$calls" 70 "${run[@]}"
err "gave up" "$scenario"
out "files in records/"
for file in summary.json requests.csv tasks.csv power.csv; do
  cmp "whole/$file" "records/$file" || fail "$file is not what a run without a crash writes"
done
[[ -s records/run.json ]] || fail "the run has no manifest"

# In a study each run has its own process; those that get through stay as they are, and the others say why they failed.
giving_up 1000000 0 sweep in/linked_experiment.json -o good -q
giving_up 5 1 sweep in/linked_experiment.json -o bad -q
contains bad/points.csv "0,failed,\"internal error: SimGrid $version gave up: \"\"Nobody expected call 5\"\"; simulated was: $scenario. $blame\",linked,load,rr,1"
giving_up "$calls" 0 sweep in/linked_experiment.json -o late -q
cmp good/points.csv late/points.csv || fail "what comes after a run's results changed them"

# An error of the policy is told before that, too: layer c runs only at an operating point that edf does not set.
sed 's/"linked"/"paced"/; s/"type": "gpu"/&, "operating_points": [{"name": "fast"}, {"name": "slow"}]/' in/linked.json >in/paced.json
sed 's/"layer": "c", "kind": "big"/&, "point": "slow"/' -i in/net.json
GIVE_UP_COUNT=1 giving_up 0 3 run --platform in/paced.json --workload in/load.json --policy edf -o stuck
last_call=$(sed -n 's/^calls: //p' err)
giving_up "$last_call" 70 run --platform in/paced.json --workload in/load.json --policy edf -o stuck
err "hetsched: policy edf at" "deadlock" "gave up"
