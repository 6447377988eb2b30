#!/usr/bin/env bash
# Faults of the machine and of others while a study runs: time limits, kills, no space, signals, folders and files that
# are taken away. No fault becomes the result of a point that it has nothing to do with, and the same command goes on.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
records() { cat "$1"/journal/*.jsonl | grep -c '"id"'; }
ids() { cat "$1"/journal/*.jsonl | grep -o '"id":"[0-9a-f]*"' | sort -u | wc -l; }
until_there() { # until_there CONDITION...: waits until a command succeeds
  local i
  for ((i = 0; i < 1200; ++i)); do
    if "$@" 2>/dev/null; then return; fi
    sleep 0.05
  done
  fail "waited in vain for: $*"
}
ends() { # ends CODE PROCESS WHAT
  local got=0
  wait "$2" || got=$?
  (($got == $1)) || { cat log >&2; fail "$3: exit code $got, not $1"; }
}
lines() { [[ -e $1 ]] && wc -l <"$1" || echo 0; }
at_least() { (($(lines "$1") >= $2)); }

# ---- files of runs: cut off, in another compression, without run.json, half written
call 0 sweep . -o files -q --records summary
cp files/points.csv before.csv
for damage in ': >files/runs/0/requests.csv' ': >files/runs/1/run.json' 'rm files/runs/2/run.json' \
  'rm files/runs/3/streams.csv' 'rm files/runs/0/*' 'echo >>files/runs/1/requests.csv'; do
  bash -c "$damage"
  call 0 points files
  call 0 sweep . -o files --records summary
  out ": 4 ok (3 had been run before)"
  call 0 sweep . -o files --records summary
  out ": 4 ok (4 had been run before)"
  cmp before.csv files/points.csv || fail "after $damage: other results"
done
call 0 sweep . -o files --records summary --compress zstd
out ": 4 ok"
[[ $(<"$room/out") != *"had been run before"* ]] || fail "$last: files of another compression are not those wanted"
for compress in zstd none; do
  for again in 1 2; do
    call 0 sweep . -o files --records summary --compress $compress
    ((again == 1)) || out "(4 had been run before)"
  done
done
call 0 sweep . -o files --records all -q
call 0 sweep . -o files --records summary --compress zstd -q
call 0 sweep . -o files --records summary --compress zstd
out "(4 had been run before)"
mkdir files/runs/.0.hetsched-x-1-2.tmp files/runs/.1.hetsched-x-1-2.old
touch files/.timing.csv.hetsched-x-1-2.tmp files/.points.csv.hetsched-x-1-2.tmp files/.mine.tmp
call 0 sweep . -o files -q --records summary
[[ $(ls -A files/runs) == "$(ls files/runs)" ]] || fail "what runs had begun is still there"
[[ $(cd files && echo .*.tmp) == .mine.tmp ]] || fail "what killed sweeps had begun is still there, or more is gone"
call 0 sweep . -o files --paranoid
err "--paranoid watched what was run now; of the 4 points that had been run before it is not known whether they were watched"

# ---- shards: what any of them has is not run again
call 0 sweep . -o parts -q --shard 1/2
call 0 sweep . -o parts
out "4 points in " ": 4 ok (2 had been run before)"
call 0 points parts
out "4 points: 4 ok"
cmp before.csv parts/points.csv || fail "results of shards are others"
call 0 sweep . -o parts -q --shard 2/2
out_of_all=$(cat parts/journal/*.jsonl parts/shards/*/journal/*.jsonl | grep -c '"id"')
for shard in 1/3 2/3 3/3; do call 0 sweep . -o parts -q --shard $shard --set replicates=4; done
rm -r parts/shards/*-of-2
call 0 merge parts
out "8 points: 8 ok"
times=$(cat parts/shards/*-of-3/journal/*.jsonl | grep -o '"wall_s":[^,]*' | sort | uniq -d | wc -l)
((out_of_all > 0 && times == 0)) || fail "a record is there twice in the shards of a study that has grown"
(($(cat parts/shards/*-of-3/points.csv | grep -c ',ok,') == 8)) || fail "shards of a study that has grown lack points"

# ---- another limit of calls makes other points: what failed within one may not fail within another
call 0 sweep . -o limit -q --policy edf
call 0 sweep . -o limit --policy edf --decision-limit 5
err "2 earlier points are not in this study"
call 0 sweep . -o limit --policy edf --decision-limit 5
out "(2 had been run before)"

# ---- no space for the files of runs: no result of theirs
got=0
(ulimit -f 20; "$HETSCHED" sweep . -o full -q --records all --policy edf --set workload.duration="60 s" --set replicates=1) >log 2>&1 || got=$?
((got == 2)) || { cat log >&2; fail "a file that may not grow: exit code $got"; }
contains log "cannot be written: File too large; what has been recorded is kept, and the same command goes on from there"
[[ $(ls -A full/runs) == "" ]] || fail "a run that could not be written is still there"
(($(cat full/journal/*.jsonl 2>/dev/null | grep -c '"error"') == 0)) || fail "no space became a result"
call 0 sweep . -o full -q --records all --policy edf --set workload.duration="60 s" --set replicates=1

# ---- the rest needs policies that take their time
cat >policy.py <<'PY'
import os
import sys
import time

count = 0  # of the processes that have run points, this one included


def count_this_process():
    global count
    if count == 0:
        with open("runs", "a") as runs:
            runs.write("x\n")
        count = sum(1 for _ in open("runs"))


class Policy:
    def __init__(self, params):
        self.kind = params.choice("kind", "plain", ["plain", "late", "killed", "mourned", "fork", "forkdie", "third", "slow"])
        self.n = int(params.number("n", 0))

    def begin(self, view):
        count_this_process()
        if self.kind == "late" and self.n == 40:
            time.sleep(60)
        if self.kind == "slow":
            time.sleep(0.3)
        if self.kind == "killed" and not os.path.exists("killed"):
            open("killed", "w").close()
            os.kill(os.getpid(), 9)
        if self.kind == "mourned":
            os.kill(os.getpid(), 9)
        if self.kind in ("fork", "forkdie") and os.fork() == 0:
            time.sleep(40)
            os._exit(0)
        if self.kind == "forkdie":
            os._exit(7)
        if self.kind == "third" and count > 2:
            if os.path.exists("raises"):
                raise RuntimeError("a bad day")
            if os.path.exists("sleeps"):
                time.sleep(60)
            self.kind = "bad"

    def decide(self, view, decisions):
        accelerators = view.accelerators
        free = [a.free_slots if a.available else 0 for a in accelerators]
        for task in view.ready:
            times = [(view.run_time(task, a), a) for a, slots in enumerate(free) if slots > 0]
            if not times:
                return
            best_time, best = max(t for t in times if t[0] < float("inf")) if self.kind == "bad" else min(times)
            if best_time < float("inf"):
                decisions.start(task, best)
                free[best] -= 1
PY
if ! "$HETSCHED" policies policy.py >"$room/out" 2>&1; then
  grep -q "hon" "$room/out" || fail "the policy of this test cannot be read: $(<"$room/out")"
  echo "not tried: what needs policies in Python"
  exit 0
fi
py=(--policy policy.py)
kind() { printf 'policy.parameters.kind=%s' "$1"; }

# A worker that many points share is too late: only the point that is to blame has failed.
sed 's/"grid": {[^}]*}/"grid": {"policy.parameters.n": {"from": 0, "to": 59, "step": 1}}, "policy": "policy.py", "executor": "fluid"/; s/"replicates": 2, *//; s/, "baseline".*/}/' experiment.json >late.json
"$HETSCHED" sweep late.json --dry-run >/dev/null 2>&1 ||
  sed -i "s/{\"from\": 0, \"to\": 59, \"step\": 1}/[$(seq -s, 0 59)]/" late.json
call 1 sweep late.json -o late -q -j 1 --trust-plugins --timeout "1 s" --set "$(kind late)" --cross-check 0
(($(grep -c ',ok,' late/points.csv) == 59)) || { cut -c1-80 late/points.csv >&2; fail "points were blamed for another's delay"; }
grep -q '^40,failed,it took longer than 1 s (--timeout),' late/points.csv || fail "the point that was late has not failed"
call 1 sweep late.json -o late -j 1 --trust-plugins --timeout "2 s" --set "$(kind late)" --cross-check 0
err "1 point has failed earlier by another --timeout or --memory than this command's; --retry-failed runs it again"

# Killed by others once: no failure. Always: one.
call 0 sweep . -o killed -q "${py[@]}" --set "$(kind killed)" --set replicates=1
rm -f runs
call 1 sweep . -o mourned -q "${py[@]}" --set "$(kind mourned)" --set replicates=1
grep -q ',failed,the run was ended by signal SIGKILL,' mourned/points.csv || fail "a point that is always killed has not failed"
(($(lines runs) == 2)) || fail "a point that is killed was tried $(lines runs) times"

# A process that the policy started keeps nobody waiting.
got=0
timeout 30 "$HETSCHED" sweep . -o forks -q -j 1 "${py[@]}" --set "$(kind fork)" || got=$?
((got == 0)) || fail "a policy's child: exit code $got"
timeout 30 "$HETSCHED" sweep . -o forks -q -j 1 "${py[@]}" --set "$(kind forkdie)" || got=$?
((got == 1)) || fail "a policy that ends and leaves a child: exit code $got"
grep -q ',failed,the run ended with exit code 7 and no result,' forks/points.csv || fail "its end was not told"

# Signals that are ignored stay ignored: nohup, and jobs of scripts.
for signal in HUP INT; do
  rm -f runs
  (trap '' $signal; exec "$HETSCHED" sweep . -o "ignored$signal" -j 1 "${py[@]}" --set "$(kind slow)" --set replicates=4) >log 2>&1 &
  until_there at_least runs 1
  kill -$signal $!
  ends 0 $! "SIG$signal is ignored"
  ! grep -q stopping log || fail "SIG$signal was not ignored"
done

# ---- the check on the reference executor
check=(sweep . -o check "${py[@]}" --set "$(kind third)" --executor fluid)
rm -f runs
touch raises
call 1 "${check[@]}"
err "hetsched: cross-check: fails on simgrid: point " "a bad day"
rm runs
call 0 "${check[@]}"
out "(2 had been run before)" "cross-check: 1 point on simgrid, all metrics the same"
call 0 "${check[@]}"
out "(2 had been run before)"
(($(lines runs) == 1)) || fail "what has been checked is checked again"
rm -r check runs raises
call 1 "${check[@]}" # the third run decides otherwise
err "hetsched: cross-check: " " of point " "more than 5 % apart"
cp "$room/err" said
call 1 "${check[@]}"
grep cross-check "$room/err" | diff <(grep cross-check said) - || fail "the result of the check is told once only"
touch sleeps
rm -r check runs
call 1 "${check[@]}" --timeout "1 s"
err "hetsched: cross-check: fails on simgrid: point " ": it took longer than 1 s (--timeout)"
for signal in INT KILL; do
  rm -rf check runs
  env --default-signal=INT "$HETSCHED" "${check[@]}" >log 2>&1 &
  until_there at_least runs 3
  kill -$signal $!
  if [[ $signal == INT ]]; then
    ends 130 $! "interrupted in the cross-check"
    contains log "2 ok; the cross-check was interrupted (the same command makes it)"
  else
    ends 137 $! "killed in the cross-check" 2>/dev/null
  fi
  rm runs
  call 0 "${check[@]}"
  out "(2 had been run before)" "cross-check: 1 point on simgrid, "
done
rm sleeps

# ---- the policy's file changes while the study runs
rm -f runs
"$HETSCHED" sweep . -o changed -j 1 "${py[@]}" --set "$(kind slow)" --set replicates=20 >log 2>&1 &
until_there at_least runs 2
cp policy.py policy.kept
echo "# changed" >>policy.py
ends 2 $! "a policy that changes"
contains log "policy.py: has changed since this study was begun, which knows its results by what stood there; nothing that it has decided by now is recorded"
! grep -q '"error":"[^"]' changed/journal/*.jsonl || fail "the change became a result"
cp policy.kept policy.py
call 0 sweep . -o changed "${py[@]}" --set "$(kind slow)" --set replicates=20
out "had been run before)"

# ---- the folder is taken away, and another study's before this one sees it
rm -f runs
"$HETSCHED" sweep . -o place -j 1 "${py[@]}" --set "$(kind slow)" --set replicates=40 --records summary >log 2>&1 &
until_there at_least runs 2
kill -STOP $!
mv place place.gone
sed 's/"name": "tiny"/"name": "other"/' experiment.json >other.json
call 0 sweep other.json -o place -q
sleep 1 # what is being run ends meanwhile
kill -CONT $!
ends 2 $! "its folder is another study's"
contains log "place: has been deleted or moved while the study ran. The results of the " "are lost, as nothing can be written there: " \
  "place: holds results of another experiment, \"other\""
call 0 sweep other.json -o place
out "(4 had been run before)"
[[ ! -e place/lock && ! -e place/runs && $(records place) == 4 ]] || fail "something was written into another study's folder"

# ---- --overwrite waits for no shard, and takes none away
rm -f runs
"$HETSCHED" sweep . -o running -j 1 "${py[@]}" --set "$(kind slow)" --set replicates=40 --shard 1/2 >log 2>&1 &
until_there at_least runs 2
call 2 sweep . -o running --overwrite
err "running/shards/1-of-2: is being written by process $! on "
[[ -e running/shards/1-of-2/plan.csv ]] || fail "--overwrite took a shard away that is being run"
kill -TERM $!
ends 130 $! "a shard"
call 0 sweep . -o running --overwrite
err "hetsched: deleted " " finished points"
out "4 points in " ": 4 ok"
[[ ! -e running/shards ]] || fail "--overwrite left shards"
