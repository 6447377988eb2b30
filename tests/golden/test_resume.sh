#!/usr/bin/env bash
# A study's folder: what has been run is not run again, what is no longer wanted is kept, nothing is lost by accident.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
records() { cat "$1"/journal/*.jsonl | grep -c '"id"'; }
same() { cmp "$1/points.csv" "$2/points.csv" && cmp "$1/streams.csv" "$2/streams.csv" || fail "$last: $3"; }

# The same command runs nothing again, and leaves the same bytes.
call 0 sweep . -o once -q --records summary
call 0 sweep . -o again -q --records summary
cp again/points.csv before.csv
call 0 sweep . -o again --records summary
out "4 points in " ": 4 ok (4 had been run before)"
silent err
cmp before.csv again/points.csv || fail "points.csv has changed though nothing was run"
(($(records again) == 4)) || fail "points were run again"
[[ ! -e again/lock ]] || fail "the lock was not given back"

# A larger experiment runs what is new in it; a smaller one keeps the rest aside, from where it comes back.
call 0 sweep . -o grown -q --records summary --policy edf
call 0 sweep . -o grown --records summary
out "(2 had been run before)"
same once grown "a study that has grown differs from one that was made at once"
for run in once/runs/*; do cmp "$run/requests.csv" "grown/runs/${run##*/}/requests.csv" || fail "runs were mixed up"; done
call 0 sweep . -o grown -q --records summary --policy mct
[[ $(ls grown/runs | wc -l) == 2 && $(ls grown/aside/runs | wc -l) == 2 ]] || fail "runs were not kept aside"
cmp once/points.csv grown/aside/*/points.csv || fail "the earlier points.csv was not kept"
call 0 sweep . -o grown --records summary
out "(4 had been run before)"
same once grown "points that came back from aside differ"
(($(records grown) == 4)) || fail "points were run again"

# Files of runs that are missing, or were not wanted before, are made.
rm -r grown/runs/1
call 0 sweep . -o grown --records summary
out "(3 had been run before)"
call 0 sweep . -o grown --records all -q
[[ -e grown/runs/3/tasks.csv ]] || fail "a run lacks the files that are wanted now"
call 0 sweep . -o grown --records none
out "(4 had been run before)"

# Contents count, not where they lie; a changed input is another point.
mkdir elsewhere && cp -r ./*.json elsewhere/ && cp -r once elsewhere/
(cd elsewhere && call 0 sweep . -o once --records summary && out "(4 had been run before)")
sed -i 's/"time": "2 ms"/"time": "3 ms"/' elsewhere/net.json
(cd elsewhere && call 0 sweep . -o once --records summary && out "4 points in " &&
  err "4 earlier points are not in this study as it is now" "results are kept in " "once/aside") || exit 1
cmp once/points.csv elsewhere/once/aside/*/points.csv || fail "the results of the earlier input are lost"

# Another experiment's folder is refused, and dropped only if one says so.
sed 's/"name": "tiny"/"name": "other"/' experiment.json >other.json
call 2 sweep other.json -o once
err_is "once: holds results of another experiment, \"tiny\"; choose another folder with -o DIR, or have them deleted with --overwrite"
cp once/points.csv before.csv
echo mine >again/figure.txt
call 0 sweep other.json -o again --overwrite
[[ -e again/figure.txt ]] || fail "$last: deleted what was not its own"
err "hetsched: deleted 4 finished points of experiment \"tiny\""
call 0 sweep other.json -o again
out "(4 had been run before)"

# Failed points stay failed until one says so.
cat >moody.py <<'PY'
import os
import hetsched

class Moody(hetsched.Policy):
    def decide(self, view, out):
        if os.path.exists("bad"):
            raise RuntimeError("bad mood")
        for task in view.ready:
            for accelerator in view.accelerators:
                if view.can_start(task, accelerator):
                    return out.start(task, accelerator)
PY
if "$HETSCHED" policies moody.py >/dev/null 2>&1; then
  touch bad
  call 1 sweep . -o moody --policy moody.py -q
  rm bad
  call 1 sweep . -o moody --policy moody.py -q
  call 0 sweep . -o moody --policy moody.py --retry-failed
  out ": 2 ok"
  sed -i 's/bad mood/another mood/' moody.py # its bytes are part of what is known
  call 0 sweep . -o moody --policy moody.py
  err "2 earlier points are not in this study"
fi

# Shards, each by itself, put together: the same bytes. What is missing is named; again, nothing changes.
call 0 sweep . -o whole -q --set replicates=5 --records summary
call 2 merge shards
err "shards: has no shards to be merged; run them with: hetsched sweep EXPERIMENT --shard I/N -o DIR"
for shard in 3/3 1/3; do call 0 sweep . -o shards -q --set replicates=5 --records summary --shard $shard; done
call 1 merge shards
out "10 points: 7 ok, 3 missing"
err "points not run yet: "
call 0 sweep . -o shards -q --set replicates=5 --records summary --shard 2/3
call 0 merge shards
out "10 points: 10 ok"
same whole shards "merged shards differ from one sweep"
cmp whole/runs/7/requests.csv shards/runs/7/requests.csv || fail "a merged run differs"
call 0 merge shards
out "10 points: 10 ok"
(($(records shards) == 10)) || fail "points were merged twice"
call 0 sweep . -o shards --set replicates=5 --records summary --shard 2/3
out "had been run before" "results: shards/shards/2-of-3/points.csv"
(($(ls shards/runs | wc -l) == 10)) || fail "a shard took its runs back"
call 0 sweep . -o shards --set replicates=5 --records summary
out "(10 had been run before)"
call 0 merge collected shards whole
same whole collected "folders that were put together differ"
call 2 sweep . -o whole --shard 4/3
err_is '--shard must be I/N, as 1/8 to 8/8 for eight parts; found "4/3"'
call 2 merge mixed whole once
err "once: is of another plan than whole"
[[ ! -e mixed ]] || fail "something was made though nothing could be merged"

# The tables come from the journal alone; a plan is written without running anything.
rm whole/points.csv whole/streams.csv
call 0 points whole
same shards whole "points.csv from the journal differs"
call 2 points "$room/in"
err "holds no study"
call 0 sweep . --set replicates=5 --plan plan.csv
silent out
cmp plan.csv whole/plan.csv || fail "--plan writes another plan than a sweep has"

# Time and memory of a point have limits.
cat >slow.py <<'PY'
import time
import hetsched

class Slow(hetsched.Policy):
    def begin(self, view):
        time.sleep(60)
    def decide(self, view, out):
        pass
PY
if "$HETSCHED" policies slow.py >/dev/null 2>&1; then
  call 1 sweep . -o slow --policy slow.py -q --timeout "0.3 s"
  (($(grep -c ',failed,it took longer than 0.3 s (--timeout),' slow/points.csv) == 2)) || fail "no time limit"
fi
sed 's/"period"/"4 ms"/; s/"type": "periodic"[^}]*}/"type": "burst", "count": 100000}/' load.json >burst.json
if ! grep -qa __asan_init "$HETSCHED"; then  # whose shadow memory is beyond any limit
  call 1 sweep . -o small -q --memory "24 MiB" --policy edf --set replicates=1 --workload burst.json --executor fluid
  grep -q ',failed,out of memory: its process may use 25165824 B (--memory),' small/points.csv || {
    cat small/points.csv
    fail "no memory limit"
  }
fi
call 2 sweep . -o small --memory lots
err_is '--memory must be a size such as "2 GiB", or a number of bytes; found "lots"'

# A folder that cannot be written to, or is another program's at the moment, costs nothing.
call 2 sweep . -o /proc/none
err "hetsched: /proc/none: cannot be made: "
echo '{"host": "node7", "pid": 12, "started": 5, "here": "elsewhere", "lock": "1"}' >once/lock
while sleep 0.2 && [[ -e once ]]; do touch once/lock; done &
call 2 sweep . -o once
err "once: was being written by process 12 on node7, which cannot be seen from here; waiting to see whether it still is (at most 60 s)" \
  "once: is being written by process 12 on node7 (its lock was renewed " "wait until it has ended, or choose another folder with -o DIR"
kill $!
wait $! || true
touch -d '2 minutes ago' once/lock
call 0 sweep . -o once --records summary
out "(4 had been run before)"

# Replicates end when a mean is known as well as was asked for: the same points, however they are run.
sed 's/"replicates": 2/"replicates": 400, "execution_jitter": {"distribution": "exponential", "spread": 1}, "executor": "fluid", "stop_when": {"metric": "latency_mean_s", "relative": 0.05}/' experiment.json >stop.json
call 0 sweep stop.json -o stopped -q -j 1
rows=$(($(wc -l <stopped/points.csv) - 1))
((rows >= 20 && rows < 800)) || fail "stop_when left $rows rows"
call 0 sweep stop.json -o stopped2 -q -j 3
cmp stopped/points.csv stopped2/points.csv || fail "the number of processes decides how many replicates are run"
for shard in 2/2 1/2; do call 0 sweep stop.json -o stopped3 -q --shard $shard; done
call 0 merge stopped3
cmp stopped/points.csv stopped3/points.csv || fail "shards decide how many replicates are run"
call 0 sweep stop.json -o stopped
out "$rows points in " "($rows had been run before)"
call 0 sweep stop.json -o stopped --dry-run
out "at most 800 points" "; all replicates counted)"
