#!/usr/bin/env bash
# What cannot have any effect says so, once: in a run and its run.json, in a check, before a sweep of many points.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"
parts=(--platform two.json --workload load.json)

call 0 run "${parts[@]}" --policy edf -o plain
! grep -q "no effect" "$room/out" || fail "$last: something has no effect"
grep -q '"without_effect": \[\]' plain/run.json || fail "run.json does not say that everything has an effect"

note='decorator batch: no kind of platform "two" has a max_batch above 1'
call 0 run "${parts[@]}" --policy edf+batch -o batched
out "no effect    $note"
grep -qF "${note//\"/\\\"}" batched/run.json || fail "run.json does not say what has no effect"
for file in requests.csv power.csv; do
  cmp "plain/$file" "batched/$file" || fail "$file differs, although batch has no effect"
done

# Of all points of a study, once; check says the same.
sed 's/"edf"/"edf", {"name": "edf", "decorators": ["batch"]}/' experiment.json >more.json
call 0 check more.json
err "hetsched: no effect: $note"
(($(wc -l <"$room/err") == 1)) || fail "$last: not said once"
call 0 sweep more.json -o swept -j 2
(($(grep -c "no effect" "$room/err") == 1)) || fail "$last: not said once"
call 0 sweep more.json -o quiet -q
silent err
