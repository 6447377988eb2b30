#!/usr/bin/env bash
# hetsched check: what shipped files are, all problems of all files at once, resolved values.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room/in"

call 0 check two.json net.json load.json experiment.json .
diff - "$room/out" <<'TEXT' || fail "$last"
two.json: platform two: 2 accelerators of 2 kinds: ok
net.json: model net: 3 layers, costs on big, small: ok
load.json: workload load: 1 stream for 100 ms (camera every 5 ms): ok
experiment.json: experiment tiny: 4 points: ok
.: experiment tiny: 4 points: ok
TEXT
silent err

call 0 check --resolved two.json
out '"idle_power": 1.0' '"dispatch_time": 0.0' '"memory"'

sed 's/"gpu", "operating/"gpuu", "operating/; s/"idle_power"/"idle_pwer"/' two.json >bad_platform.json
sed 's/"net.json"/"nett.json"/; s/"period": "5 ms"/"period": "5 mb"/' load.json >bad_workload.json
call 2 check bad_platform.json two.json bad_workload.json
out "two.json: platform two: 2 accelerators of 2 kinds: ok"
err 'bad_platform.json:2:36: /kinds/0/type: ' 'did you mean "gpu"?' '/kinds/0/operating_points/0' \
  'did you mean "idle_power"?' '/streams/0/arrival/period: ' '/streams/0/model: ' 'did you mean "'
(($(wc -l <"$room/err") == 4)) || { cat "$room/err" >&2; fail "$last: not four problems"; }
call 2 check nowhere.json
err "hetsched: nowhere.json"

cd "$SOURCE_DIR"
call 0 check platforms/*[!a].json workloads/terastal_ar_social.json experiments/heft
