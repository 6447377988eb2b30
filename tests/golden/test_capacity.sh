#!/usr/bin/env bash
# hetsched capacity: what it finds, that nothing is run twice, what it says when it cannot.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"

runs() { cat "$1"/journal/* | grep -c '"id"' || true; }

call 0 capacity . --target "miss_rate <= 0.01" --executor fluid -o one -j 2
out "policy" "capacity" "edf" "mct" "Largest workload.load at which the mean miss_rate is at most 0.01" \
  "results: one/capacity.csv"
(($(wc -l <one/capacity.csv) == 3)) || fail "capacity.csv has not one row per policy"
head -n 1 one/capacity.csv | grep -q '^platform,workload,policy,factor,target,found,capacity,low,high,half_width,precise,monotone,' ||
  fail "columns of capacity.csv are others"
grep -q ',workload.load,' one/points.csv || fail "the load is no column of points.csv"
before=$(runs one)
((before > 20)) || fail "too few runs: $before"

# Again: the same, and nothing is run. Another target uses what there is. Another number of processes changes nothing.
cp one/capacity.csv first.csv
call 0 capacity . --target "miss_rate <= 0.01" --executor fluid -o one -j 1
cmp first.csv one/capacity.csv || fail "the second time the capacities are others"
(($(runs one) == before)) || fail "points were run again"
call 0 capacity . --target "miss_rate <= 0.02" --executor fluid -o one -q
silent out
call 0 capacity . --target "miss_rate <= 0.01" --executor fluid -o two -j 1 -q
cmp first.csv two/capacity.csv || fail "the number of processes shows"
cmp <(cut -d, -f2- one/points.csv | head -n 1) <(cut -d, -f2- two/points.csv | head -n 1)

# Cut off after a few runs, it goes on from there.
mkdir cut && cp two/study.json cut && mkdir cut/journal
for file in two/journal/*; do head -n 4 "$file" >"cut/journal/$(basename "$file")"; done
call 0 capacity . --target "miss_rate <= 0.01" --executor fluid -o cut -q
cmp first.csv cut/capacity.csv || fail "what was cut off ends with other capacities"

# Ends of the range; another factor, with units; a load that the experiment has as a factor is none here.
call 0 capacity . --target "miss_rate <= 0.01" --executor fluid --between 0.2:0.5 -o low --replicates 1
out ">= 0.5" "One replicate has no interval"
call 0 capacity . --target "miss_rate <= 0.01" --executor fluid --between 8:9 -o high
out "< 8"
sed 's|"grid": {|"grid": {"workload.load": [1, 2], |' experiment.json >loads.json
call 0 capacity loads.json --target "miss_rate <= 0.01" --executor fluid -o one -q
cmp first.csv one/capacity.csv || fail "the load's levels in the experiment change its capacity"
sed 's|"period": "5 ms"|"rate": "200 Hz"|' load.json >rate.json
call 0 capacity . --workload rate.json --target "latency_max_s <= 6 ms" --executor fluid \
  --factor workload.streams.camera.arrival.rate --between "50 Hz:1 kHz" -o rate
out "Largest workload.streams.camera.arrival.rate"

# A run that fails costs its own combination only.
sed 's|"grid"|"list": [{}, {"workload.streams.camera.model": "stuck.json"}], "grid"|; s|two.json|paced.json|' experiment.json >deadlock.json
call 1 capacity deadlock.json --target "miss_rate <= 0.01" --executor fluid -o deadlock
err "hetsched: failed: "
out "failed"
(($(grep -c ',failed,' deadlock/capacity.csv) == 2)) || fail "the others have no capacity"

call 2 capacity . --target "mis_rate <= 1" -o bad
err 'did you mean "miss_rate"?'
call 2 capacity . --target "miss_rate <= 1" --factor seed -o bad
err "--factor seed: is no number that can differ"
call 2 capacity . --target "miss_rate <= 1" --between 3:1 -o bad
err "--between must be LEAST:MOST"
call 2 capacity . --target "miss_rate <= 1" --factor workload.lod -o bad
err '"load"'
call 2 capacity . --target "miss_rate <= 1" --precision 2 -o bad
err "--precision must be"
sed 's|"replicates": 2, *||; s|"grid": {|"grid": {"seed": [1, 2], |' experiment.json >seeds.json
call 2 capacity seeds.json --target "miss_rate <= 1" -o bad
err "seed is a factor of this experiment"
[[ ! -e bad ]] || fail "a refused search left a folder"
