#!/usr/bin/env bash
# hetsched generate makes sets that check accepts and sweep runs; hetsched analyse bounds them, or says why it does not.
source "$SOURCE_DIR/tests/support/cli.sh"

sets=$room/sets
call 0 generate taskset --n 4 --utilisation 0.6 --periods "10 ms:100 ms" --count 3 --shape layered -o "$sets"
out "3 sets of 4 streams" "hetsched sweep $sets"
call 0 check "$sets"/*.json "$sets"/models/*.json
cp -r "$sets" "$room/first"
rm -r "$sets"
call 0 generate taskset --n 4 --utilisation 0.6 --periods "10 ms:100 ms" --count 3 --shape layered -o "$sets"
diff -r "$sets" "$room/first" || fail "the same seed made other sets"
call 2 generate taskset --n 4 --utilisation 0.6 -o "$sets"
err "is not empty; choose another folder"

call 0 analyse --platform "$sets/platform.json" --workload "$sets/set_1.json" --csv "$room/bounds.csv"
out "stream" "blocking" "bound" "60.0% used by 4 streams" "Liu and Layland's limit 75.7%: " "hyperbolic bound: "
contains "$room/bounds.csv" "stream,accelerator,utilisation,time_s,blocking_s,period_s,jitter_s,bound_s,deadline_s,verdict,why"
(($(wc -l <"$room/bounds.csv") == 5)) || fail "$last: not a row for each stream"
call 0 analyse --platform "$sets/platform.json" --workload "$sets/set_1.json" --policy edf
out "demand bound: passed"
call 0 analyse "$sets" --point 2
call 0 analyse --platform platforms/jetson_orin_nano.json --workload workloads/perception.json
out "no bound: "
call 2 analyse --platform "$sets/platform.json" --workload "$sets/set_1.json" --policy heft
err_is 'there are no bounds for policy "heft", only for fp (also fp:assignment=rm and fp:assignment=dm) and global edf, without decorators'
call 0 sweep "$sets" -o "$room/swept"

# Curves: none accepts more than an exact test does.
call 0 generate taskset --n 4 --utilisation 0.7:0.9:0.1 --count 50 --acceptance "$room/curve.csv"
out "schedulable of 50 sets of 4 streams" "RM, response time"
python3 - "$room/curve.csv" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert [row["utilisation"] for row in rows] == ["0.7", "0.8", "0.9"], rows
for row in rows:
    value = {key: float(text) for key, text in row.items()}
    assert value["rm_liu_layland"] <= value["rm_hyperbolic"] <= value["rm_response_time"] <= value["edf"] == 1, row
    assert value["rm_layers"] <= value["edf_layers"] <= 1, row
assert float(rows[0]["rm_liu_layland"]) == 1 and float(rows[1]["rm_liu_layland"]) == 0
PY

call 2 generate taskset --utilisation 0.7
err_is "give either -o DIR, for files of the sets, or --acceptance FILE; see hetsched generate --help"
call 2 generate tasksets --utilisation 0.7 -o "$room/x"
err 'WHAT must be'
call 2 generate taskset --n 3 --utilisation 4 -o "$room/x"
err_is '--utilisation must be from 0 to 3; found "4"'
call 2 generate taskset --n 3 --utilisation 2.99 -o "$room/x"
err "randfixedsum finds them"
call 0 generate taskset --n 3 --utilisation 2.99 --method randfixedsum -o "$room/x"
call 2 generate taskset --utilisation 0.7 --periods "1 s:10 ms" -o "$room/y"
err "--periods must go from the least to the most"
call 2 generate taskset --utilisation 0.5:1 -o "$room/y"
err "--utilisation A:B is for --acceptance only"
