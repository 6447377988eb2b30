#!/usr/bin/env bash
# What lies in a study's folder has been changed, cut off or emptied: nothing outside of it is touched, what is wrong is
# told with the way out (never as a bug of the program), and where plan and journal are enough the study goes on by them.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
small=(-q --records summary)
records() { cat "$1"/journal/*.jsonl | grep -c '"id"'; }
call 0 sweep . -o whole "${small[@]}"
for shard in 1/2 2/2; do call 0 sweep . -o parts "${small[@]}" --shard $shard; done

# ---- names in a plan lead nowhere else
mkdir -p victim/deep
echo mine >victim/file
cp -r parts bad
for plan in bad/shards/*/plan.csv; do sed -i '2s/^0,/..\/..\/..\/victim,/' "$plan"; done
call 2 merge bad
err 'bad/shards/1-of-2/plan.csv:2: point: must be 0, the number of the point; found "../../../victim"; the file has been changed'
[[ -e victim/file ]] || fail "merge deleted what a plan named"
cp -r parts bad2
sed -i '2s/^\([^,]*,[^,]*,\)................................/\1..\/..\/..\/..\/..\/..\/..\/victim99999/' bad2/shards/*/plan.csv
call 2 merge bad2
err ":2: id: must be 32 hexadecimal digits; found "
# nor does what a run says it is
cp -r whole renamed
sed -i 's|"point_id": ".*"|"point_id": "../../../victim/deep/x"|' renamed/runs/0/run.json
sed -i 's|"point_id": ".*"|"point_id": 7|' renamed/runs/1/run.json
call 0 sweep . -o renamed "${small[@]}" --policy edf
[[ ! -e victim/deep/x && -d renamed/aside/unknown ]] || fail "a run was moved by what its run.json says"

# ---- study.json: what is wrong is told; the study's own command goes on where its journal is
n=0
while read -r text; do
  n=$((n + 1))
  cp -r whole "spoilt$n"
  printf '%s' "$text" >"spoilt$n/study.json"
  call 2 points "spoilt$n"
  err "spoilt$n/study.json: is " "; the command that made the study writes it again, and goes on from what its journal has"
  call 0 sweep . -o "spoilt$n" --records summary
  out "(4 had been run before)"
  cmp whole/points.csv "spoilt$n/points.csv" || fail "$last: other results"
  call 0 points "spoilt$n"
done <<'TEXTS'

{"experiment":
[1, 2]
{"experiment":3}
{"experiment":{"name":3}}
{"shard":3}
{"shard":{"index":1,"count":0}}
{"shard":{"index":0,"count":1}}
{"shard":{"index":3,"count":2}}
{"shard":{"index":"1","count":2}}
{"shard":{"index":1,"count":-1}}
{"shard":{"index":1}}
{"plan":7}
{"cross_check":[]}
TEXTS
cp -r whole lost
rm lost/study.json
call 2 points lost
err "lost: holds no study (there is no study.json)"
call 0 sweep . -o lost --records summary
out "(4 had been run before)"
mkdir -p empty && : >empty/study.json && cp whole/plan.csv empty
call 0 sweep . -o empty "${small[@]}"
mkdir -p mixed && : >mixed/study.json && echo mine >mixed/notes
for more in "" --overwrite; do
  call 2 sweep . -o mixed $more
  err_is "mixed: holds other files (and a study.json that is empty), among which results would be lost; choose another directory"
done
[[ -e mixed/notes ]] || fail "deleted what was not its own"
: >spoilt1/study.json
call 0 sweep . -o spoilt1 --overwrite --records summary
err "hetsched: deleted 4 finished points"
out "4 points in " ": 4 ok"
(($(records spoilt1) == 4)) || fail "--overwrite kept something"

# ---- a shard's: told, and merged by its plan and journal; of all shards: the way out
cp -r parts one
: >one/shards/1-of-2/study.json
rm one/shards/2-of-2/study.json
call 2 merge one
err "one/shards/1-of-2/study.json is empty; its results are known by plan.csv and journal" \
  "one/shards/1-of-2/study.json: is lost or spoilt, and so is that of all other parts: run one of them again by the command that made it"
call 0 sweep . -o one "${small[@]}" --shard 2/2
call 0 merge one
err "one/shards/1-of-2/study.json is empty; its results are known by plan.csv and journal"
out "4 points: 4 ok"
cmp whole/points.csv one/points.csv || fail "a shard without study.json was not merged"
mkdir -p two/shards/1-of-2
cp parts/shards/1-of-2/study.json two/shards/1-of-2
cp -r parts/shards/2-of-2 two/shards
call 1 merge two
err "two/shards/1-of-2 has just been begun: there is nothing in it yet" "not run yet: "

# ---- locks that nobody of us wrote
cp -r whole locked
for text in '{"here": 1}' '[]' '{"host": 3, "pid": "x", "started": -1, "here": "y"}' '{"pid": 1e300}' 'x' ''; do
  printf '%s' "$text" >locked/lock
  touch -d '2 minutes ago' locked/lock
  call 0 sweep . -o locked "${small[@]}"
done

# ---- texts that are no UTF-8
bad=$'\xff'
for words in "name=$bad" "platform.name=$bad" "policy.name=$bad" "$bad=1" "workload.streams.camera.model=$bad"; do
  call 2 sweep . -o bytes --set "$words"
  call 2 run . --point 0 -o bytes --set "$words"
done
for option in --policy --platform --workload --seed --executor --records --compress --decision-limit --timeout --memory \
  --shard -j --plugin; do
  call 2 sweep . -o bytes "$option" "$bad"
  call 2 sweep . -o bytes "$option" "edf:x=$bad"
done
[[ ! -e bytes ]] || fail "something was run"
call 0 sweep . -o "out$bad" "${small[@]}"
call 0 points "out$bad"
