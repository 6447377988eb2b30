#!/usr/bin/env bash
# hetsched run: the summary it prints, the files it leaves, its exit codes.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
parts=(--platform two.json --workload load.json --policy edf)

call 0 run "${parts[@]}" -o one
out "platform two, workload load, policy edf, seed 1: " "on time" "camera" "miss rate" "energy " "gpu" "dla" \
  "files in one/" "hetsched trace one makes"
silent err
for file in run.json summary.json streams.csv requests.csv accelerators.csv tasks.csv transfers.csv power.csv; do
  [[ -s one/$file ]] || fail "$file was not written"
done
[[ ! -e one/trace.json ]] || fail "a trace was made that nobody asked for"
(($(wc -l <one/requests.csv) == 21)) || fail "requests.csv has not one row per request"

# The same inputs, the same bytes.
call 0 run "${parts[@]}" -o again
for file in one/*; do
  [[ $file == one/run.json ]] || cmp "$file" "again/${file#one/}" || fail "$file differs when repeated"
done

# On the other executor: the same story, and the results say whose it is. Its flows end at the same dates but for rounding.
call 0 run "${parts[@]}" -o fluid --executor fluid
grep -q '"executor": "fluid"' fluid/run.json || fail "run.json does not name the executor that was chosen"
peak=$(sed -n 's/.*"peak_memory_kib": \([0-9]*\).*/\1/p' one/run.json)
((peak > 4096 && peak < 1048576)) || fail "run.json says that the run took ${peak:-no} KiB of memory"
grep -q '"executor": "simgrid"' one/run.json || fail "run.json does not name the reference executor"
cmp <(cut -d, -f1-6 one/tasks.csv) <(cut -d, -f1-6 fluid/tasks.csv) || fail "the executors disagree about who ran where"
call 2 run "${parts[@]}" --executor simgird
err_is '--executor simgird: /executor: "simgird" is no executor; there are: simgrid, fluid'

call 0 run "${parts[@]}" -o small --records summary
[[ -s small/requests.csv && ! -e small/tasks.csv ]] || fail "$last: other files than those of its level"
call 0 run "${parts[@]}" --records none
[[ ! -e results ]] || fail "$last: left files"
call 0 run "${parts[@]}"
[[ -s results/run/summary.json ]] || fail "$last: nothing in results/run"

call 0 run "${parts[@]}" --dry-run --set workload.streams.camera.arrival.period='"10 ms"' --seed 7
out '"period": 0.01' '"seed": 7'
call 2 run experiment.json
err_is "experiment.json has 4 points, and run runs one: choose it with --point N (hetsched sweep experiment.json --dry-run lists them) or by --platform, --workload, --policy and --seed; or run all of them: hetsched sweep experiment.json"
call 2 run experiment.json --point 4
err_is '--point must be a whole number from 0 to 3; found "4"'
call 0 run experiment.json --point 3 --records none
out "policy mct, seed 2"
call 0 run experiment.json --policy rr --set replicates=1 --records none
out "policy rr, seed 1"

call 2 run --platform too.json --workload load.json --policy edf
err 'did you mean "two.json"?'
call 2 run --platform two.json --workload load.json --policy edff
err 'did you mean "edf"?'
call 2 run --platform two.json --workload load.json --policy heft:insertion=perhaps
err '--policy heft:insertion=perhaps: /policy/parameters/insertion: must be true or false; found "perhaps"'
call 2 run "${parts[@]}" --set nonsense
err '"nonsense" is not of the form path=value'
call 2 run "${parts[@]}" --records some
err_is '--records must be one of none, summary, all; found "some"'
mkdir full && touch full/thesis.tex
call 2 run "${parts[@]}" -o full
err "full"
[[ -e full/thesis.tex ]] || fail "$last: deleted what was not its own"

# A deadlock is the policy's error, not a hang.
call 3 run --platform paced.json --workload load.json --policy edf --set workload.streams.camera.model=stuck.json --records none
err "hetsched: policy edf at " "deadlock" "c of request 0 of stream camera"
# Layer c runs on the gpu only, which is never turned on again: nobody's error, its requests stay unfinished.
call 0 run "${parts[@]}" --set 'outages=[{"accelerator": "gpu", "off": 0}]' --records none
out "camera        20        0     0        0          20     100.0%"

call 0 trace one
out "one/trace.json: open it in"
call 0 trace one --from "20 ms" --to 0.04
[[ -s one/trace_window.json ]] || fail "$last: no trace"
(($(wc -c <one/trace_window.json) < $(wc -c <one/trace.json))) || fail "$last: as long as the whole"
call 2 trace small
err 'recorded at level "all"'
