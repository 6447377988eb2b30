#!/usr/bin/env bash
# The list of policies, and what is told of one.
source "$SOURCE_DIR/tests/support/cli.sh"

call 0 policies
out "decorators, for any of these"
"$HETSCHED" policies | grep -E '^  [a-z_0-9]+ ' | awk '{print $1}' >"$room/all.txt"
[[ $(wc -l <"$room/all.txt") -gt 20 ]] || fail "there are few policies"
while read -r policy; do
  call 0 policies "$policy"
  out "$policy" "source: " "complexity: " "knowledge: " "verified by: " "parameter"
done <"$room/all.txt"
call 0 policies heft
out "rules: ties: " "insertion" "true or false" "across_requests" "--policy heft:horizon=request" "Topcuoglu"
call 0 policies drop
out "drop (decorator): " "--policy edf+drop:rule=hopeless"
call 2 policies drop --csv
err_is "--csv is of the whole list; leave out drop"
write_inputs
cd "$room"
one=(--platform in/two.json --workload in/load.json)
call 2 run "${one[@]}" --policy edf:scope=global,scope=partitioned
err "where scope is given twice"
call 2 run "${one[@]}" --policy drop
err '"drop" is a decorator, which goes around a policy: edf+drop, or in a file '
call 2 run in/experiment.json --set 'grid.policy=["edf+drop"]'
err '"edf+drop" is how the command line has it; here write {"name": "edf"'
call 0 run "${one[@]}" --policy heft:horizon=workload+drop -o run
out "policy heft+drop, seed 1"
contains run/run.json '"clairvoyant": true'
# Quantities with units, kept in SI, and what must be given.
call 0 run "${one[@]}" --policy "edf+batch:delay=10 ms+power_cap:cap=2.5 kW" -o run
contains run/run.json '"delay": 0.01' '"cap": 2500'
call 2 run "${one[@]}" --policy "edf+batch:delay=10 mW"
err 'delay: must be a time such as "16 ms" (' '), or a number of s; found "10 mW"'
call 2 run "${one[@]}" --policy edf+power_cap
err "/policy/decorators/0/parameters/cap: must be given: most power; 0: no cap"
call 0 policies power_cap
out "(none)" "number >= 0, <= 1000000000 W" "--policy edf+power_cap:cap=VALUE"
# Decorators as a factor: the baseline's policy tells them, too.
call 0 sweep in/experiment.json -q -o decorated --set 'grid={"policy.decorators": [[], ["drop"], [{"name": "admission", "parameters": {"limit": 1}}]]}' \
  --set policy=edf
call 0 compare decorated --metric latency_mean_s --baseline policy=edf
out "edf+drop" "edf+admission"
cd - >/dev/null
call 2 policies hefft
err '"hefft" is no policy; did you mean "heft"? hetsched policies lists them'
