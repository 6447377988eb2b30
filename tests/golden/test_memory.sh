#!/usr/bin/env bash
# Memories of limited capacity from the command line: what is refused, what is loaded, what Python sees and does.
source "$SOURCE_DIR/tests/support/cli.sh"
cd "$room"
cat >card.json <<'JSON'
{"format": 1, "name": "card", "kinds": [{"name": "gpu", "type": "gpu"}], "home": "host",
 "memories": [{"name": "host", "energy_per_byte": "1 nJ/B"}, {"name": "card", "capacity": "10 GB"}],
 "links": [{"name": "pcie", "bandwidth": "10 GB/s"}], "routes": [{"from": "host", "to": "card", "links": ["pcie"]}],
 "accelerators": [{"name": "gpu", "kind": "gpu", "memory": "card"}]}
JSON
for model in "a 4" "b 3" "c 5"; do
  read -r name size <<<"$model"
  echo '{"format": 1, "name": "'"$name"'", "layers": [{"name": "l", "weight_bytes": "'"$size"' GB"}], "costs": [{"layer": "l", "kind": "gpu", "time": "50 ms"}]}' >"$name.json"
done
stream() { echo '{"name": "'"$1"'", "model": "'"$1"'.json", "arrival": {"type": "trace", "times": '"$2"'}}'; }
echo '{"format": 1, "name": "abc", "streams": ['"$(stream a '[0, 0.003]'), $(stream b '[0.001, 0.004]'), $(stream c '[0.002, 0.005]')"']}' >abc.json
bytes() { awk -F, 'NR > 1 && $1 == "" { sum += $8 } END { printf "%.0f\n", sum }' ran/transfers.csv; }

# ---- the decorator, on both executors, with records
for executor in simgrid fluid; do
  call 0 run --platform card.json --workload abc.json --policy fcfs+cache:ahead=false -o ran --records all --executor "$executor"
  [[ $(bytes) == 24000000000 ]] || fail "$last: other loads"
  call 0 run --platform card.json --workload abc.json --policy fcfs+cache:rule=belady,ahead=false -o ran --records all --executor "$executor"
  [[ $(bytes) == 15000000000 ]] || fail "$last: other loads"
  contains ran/run.json '"clairvoyant": true'
done
call 0 trace ran -o trace.json
contains trace.json '"host -> card"'
silent err

# ---- without it the memory fills up, and the run ends with what holds it
call 3 run --platform card.json --workload abc.json --policy fcfs -o out_full
err "it does not fit: it needs 5000000000 B of memory card, where 3000000000 B are free (decorator cache waits for room)"
[[ ! -e out_full/summary.json ]] || fail "a run that failed left results"

# ---- what never fits is refused; what fits on one kind only is told
sed 's|"10 GB"|"4 GB"|' card.json >small.json
call 2 run --platform small.json --workload abc.json --policy fcfs+cache -o out_small
err 'task "l" of model "c" does not fit into the memory of any accelerator that could run it: it needs 5000000000 B (weights 5000000000 B'
sed 's|"kinds": \[{"name": "gpu", "type": "gpu"}\]|"kinds": [{"name": "gpu", "type": "gpu"}, {"name": "npu", "type": "npu", "profile": "gpu", "memory_capacity": "4.5 GB"}]|;
     s|"accelerators": \[|&{"name": "npu", "kind": "npu", "memory": "host"}, |' card.json >both.json
call 0 run --platform both.json --workload abc.json --policy fcfs+cache -o out_both
err 'task "l" of model "c" does not run where it does not fit: it needs 5000000000 B'

# ---- a cache where nothing is limited says so
sed 's|, "capacity": "10 GB"||; s|, "home": "host"||' card.json >endless.json
call 0 run --platform endless.json --workload abc.json --policy fcfs+cache -o out_endless
err 'decorator cache: no memory of platform "card" has a capacity, and weights have no home'

# ---- a policy in Python that manages the memory itself
if "$HETSCHED" policies "$SOURCE_DIR/policies/python/fcfs.py" >/dev/null 2>&1; then
  cat >own.py <<'PY'
class Policy:
    """Loads what it needs, and evicts all that nobody uses."""

    def decide(self, view, decisions):
        card = view.accelerators[0].memory
        assert view.home == 0 and view.memory_states[card].name == "card"
        assert view.memory_states[card].used <= view.memory_states[card].capacity == 10e9
        for task in view.ready:
            if view.accelerators[0].free_slots == 0:
                return
            weights = view.weights_of(view.model_task(task))
            assert view.weights[weights].bytes in (3e9, 4e9, 5e9)
            lies = view.residence(weights, card)
            assert view.load_time(weights, card) > 0 or lies.presence == "there"
            if not view.fits(task, 0):
                for other in view.weights:
                    if view.residence(other.index, card).presence == "there" and other.index != weights:
                        decisions.evict(other.index, card)
            if lies.presence == "absent":
                decisions.load(weights, card)
            elif lies.presence == "there":
                decisions.start(task, 0)
            return
PY
  call 0 run --platform card.json --workload abc.json --policy own.py -o ran --records all
  (($(bytes) >= 15000000000)) || fail "$last: nothing was loaded"
fi
