#!/usr/bin/env bash
# hetsched sweep and compare: results, failures, progress, interruption.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"

call 0 sweep . --dry-run
out "tiny: 4 points" "policy"
call 0 sweep . -o one -j 1
out "4 points in " ": 4 ok" "results: one/points.csv"
err "100%  4/4 points"
call 0 sweep experiment.json -o two -j 2 --quiet
silent out
silent err
cmp one/points.csv two/points.csv || fail "the number of processes shows in points.csv"
cmp one/streams.csv two/streams.csv || fail "the number of processes shows in streams.csv"
call 0 sweep . --policy edf
out "2 points in " "results/tiny/points.csv"

call 0 compare one
out "policy" "mct" "latency_mean_s" "miss_rate" "Compared with policy edf; runs are paired by seed."
call 0 compare one/points.csv --baseline policy=mct --metric energy_j,makespan_s -o comparison.csv
out "energy_j" "makespan_s" "Compared with policy mct"
(($(wc -l <comparison.csv) == 3)) || fail "comparison.csv has not one row per metric"
call 0 compare one --baseline platform=two --best-policy --metric miss_rate
call 2 compare one --baseline polcy=edf --metric miss_rat
err 'did you mean "policy"?' 'did you mean "miss_rate"?'
call 2 compare nowhere
err "hetsched: nowhere"

# Many points in one process, or each in one of its own: the same bytes. A sample is repeated on the reference.
call 0 sweep . -o shared -j 1 --executor fluid --set replicates=30 --cross-check 2 --records summary
out "60 points in " "cross-check: 2 points on simgrid, "
contains shared/study.json '"executor": "fluid"' '"cross_check"' '"largest_differences"'
call 0 sweep . -o shared2 -j 3 --executor fluid --set replicates=30 -q --cross-check 0
cmp shared/points.csv shared2/points.csv || fail "the number of processes shows in points.csv"
cmp shared/streams.csv shared2/streams.csv || fail "the number of processes shows in streams.csv"
for point in 00 17 59; do
  IFS=, read -r _ _ _ _ _ policy seed _ < <(grep "^$point," shared/points.csv)
  call 0 sweep . -o alone --executor fluid --policy "$policy" --seed "$seed" --set replicates=1 -q --records summary
  [[ $(grep "^$point," shared/points.csv | cut -d, -f2-) == "$(tail -n 1 alone/points.csv | cut -d, -f2-)" ]] ||
    fail "point $point is another one in a process of its own"
  cmp shared/runs/$point/requests.csv alone/runs/0/requests.csv || fail "requests of point $point likewise"
done
call 2 sweep . -o shared --cross-check 1
err_is "--cross-check repeats points on simgrid, on which this study is run already; choose another executor, as --executor fluid"

# One point that cannot end costs its own row only.
sed 's|"grid"|"list": [{}, {"workload.streams.camera.model": "stuck.json"}], "grid"|; s|two.json|paced.json|' experiment.json >deadlock.json
call 1 sweep deadlock.json -o deadlock
out "8 points in " "4 ok, 4 failed"
err "hetsched: failed: " "policy edf"
(($(grep -c ',failed,' deadlock/points.csv) == 4)) || fail "points.csv has not one row per failed point"

mkdir full && touch full/thesis.tex
call 2 sweep . -o full
[[ -e full/thesis.tex ]] || fail "$last: deleted what was not its own"
call 2 sweep nowhere
err "nowhere"

# A name leads nowhere but into results/.
for name in ../../escaped .. a/b 'b\\u001b[2J'; do
  sed "0,/\"name\": \"[^\"]*\"/s||\"name\": \"$name\"|" experiment.json >named.json
  call 2 sweep named.json
  err "which cannot be the name of a folder in results/; choose one with -o DIR"
done
[[ ! -e ../../escaped ]] || fail "a study went where its name led"

# Interrupted once it has begun: what is done is written, and the shell knows.
"$HETSCHED" sweep . -o long --records summary --set replicates=5000 >"$room/out" 2>"$room/err" &
for ((i = 0; i < 600; ++i)); do
  compgen -G "long*" >/dev/null && break
  sleep 0.1
done
sleep 0.5
kill -TERM $!
status=0
wait $! || status=$?
((status == 130)) || fail "interrupted: exit code $status"
grep -q interrupted long/points.csv || fail "no row says that it was interrupted"
contains "$room/out" "not run: interrupted"
(($(find long/runs -mindepth 1 -maxdepth 1 | wc -l) == $(grep -c ',ok,' long/points.csv))) ||
  fail "interrupted: what runs had begun to write is left, or what they had written is gone"
