#!/usr/bin/env bash
# A study on a disk that is full or read-only, in a folder that is deleted while it runs: a clear error, and what had
# been run is not run again. Needs to mount; where it may not, it is skipped (exit code 77).
source "$SOURCE_DIR/tests/support/cli.sh"
cp "$SOURCE_DIR"/tests/study/*.json "$room"
cd "$room"
cat >e.json <<'JSON'
{"format": 1, "name": "disk", "platform": "p.json", "workload": "w.json", "policy": "edf", "executor": "fluid",
 "replicates": 2000, "execution_jitter": {"distribution": "lognormal", "spread": 0.5}}
JSON
records() { cat "$1"/journal/*.jsonl | grep -c '"id"'; }
call 0 sweep e.json -o whole -q

# Deleted while it runs.
"$HETSCHED" sweep e.json -o gone --set replicates=100000 -q >out 2>err &
for ((i = 0; i < 600; ++i)); do
  compgen -G 'gone/journal/*.jsonl' >/dev/null && (($(stat -c %s gone/journal/*.jsonl) > 100000)) && break
  sleep 0.05
done
rm -r gone
status=0
wait $! || status=$?
((status == 2)) || fail "exit code $status after its folder was deleted"
contains err "has been deleted or moved while the study ran. The results of the " "the same command goes on from there"
before=$(records gone)
((before > 0)) || fail "the journal was not written again"
call 1 points gone
timeout -s INT 3 "$HETSCHED" sweep e.json -o gone --set replicates=100000 -q || true
(($(records gone) == $(cat gone/journal/*.jsonl | grep -o '"id":"[0-9a-f]*"' | sort -u | wc -l))) || fail "points were run twice"

mkdir disk
mount -t tmpfs -o size=600k none disk 2>/dev/null || exit 77
trap 'umount "$room/disk"; rm -rf "$room"' EXIT

# Full: the journal has what fits; with more space the same command goes on.
call 2 sweep e.json -o disk/full -q
err "the journal of the study cannot be written: No space left on device; what was written to it is kept, and the same command goes on from there"
before=$(records disk/full)
((before > 0)) || fail "the journal is empty"
mount -o remount,size=20m disk
call 0 sweep e.json -o disk/full
out "2000 points in " " had been run before)"
reused=$(grep -o '[0-9]* had been run before' "$room/out")
((${reused%% *} >= before - 1)) || fail "of $before records only $reused" # the last one may be cut off
cmp whole/points.csv disk/full/points.csv || fail "points.csv differs after the disk was full"

# Full while the files of runs are written: that is no result of any point.
call 2 sweep e.json -o disk/records -q --records all
err "No space left on device" "is kept, and the same command goes on from there"
! grep -q '"error":"[^"]' disk/records/journal/*.jsonl || fail "a full disk became the result of a point"
[[ $(ls -A disk/records/runs) == "$(ls disk/records/runs)" ]] || fail "a run that was broken off is still there"
mount -o remount,size=200m disk
call 0 sweep e.json -o disk/records --records all
out "2000 points in " ": 2000 ok (" " had been run before)"
cmp whole/points.csv disk/records/points.csv || fail "points.csv differs after the disk was full of runs"

# Read-only: nothing is changed.
mount -o remount,ro disk
call 2 sweep e.json -o disk/full
err "disk/full: cannot be written to: Read-only file system"
call 2 sweep e.json -o disk/new
err "disk/new: cannot be made: Read-only file system"
