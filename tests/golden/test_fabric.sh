#!/usr/bin/env bash
# hetsched fabric: what it writes checks and runs; inputs cross the links that it says.
source "$SOURCE_DIR/tests/support/cli.sh"
cd "$room"
mkdir -p in
cat >in/k.json <<'J'
{"format": 1, "name": "k", "kinds": [{"name": "npu", "type": "npu"}, {"name": "gpu", "type": "gpu"}]}
J
cat >in/m.json <<'J'
{"format": 1, "name": "m", "layers": [{"name": "a", "input_bytes": "6 MB", "output_bytes": "2 MB"}],
 "costs": [{"layer": "a", "kind": "npu", "time": "1 ms"}, {"layer": "a", "kind": "gpu", "time": "1 ms"}]}
J
cat >in/w.json <<'J'
{"format": 1, "name": "w", "streams": [{"name": "s", "model": "m.json", "granularity": "model", "arrival": {"type": "burst", "count": 1}}]}
J
links=(--kind npu --kind gpu --kinds in/k.json --bandwidth "1 GB/s" --latency "1 us")

call 0 fabric pcie_tree --accelerators 9 --fanout 3 "${links[@]}" -o in/tree.json
out "in/tree.json: 9 accelerators, 12 links; routes are found"
call 0 check in/tree.json
out "in/tree.json: platform pcie_tree_9: 9 accelerators of 2 kinds, 12 links: ok"
call 0 run --platform in/tree.json --workload in/w.json --policy mct -o run
! grep -q "no effect" out || fail "$last: links that carry something have no effect"
# 2 links: 2 us + 6 ms, 1 ms, 2 us + 2 ms.
grep -q '"latency_p50_s": 0.009004' run/summary.json || fail "$last: not the latency that transfers make"

call 0 fabric chiplet_mesh --accelerators 4x4 "${links[@]}" --host-bandwidth "2 GB/s" -o in/mesh.json
call 0 check in/mesh.json
out "16 accelerators of 2 kinds, 25 links: ok"
for shape in full_mesh ring; do
  call 0 fabric $shape --accelerators 4 "${links[@]}" --name "$shape" -o in/$shape.json
  call 0 run --platform in/$shape.json --workload in/w.json --policy mct --records none
  out "no effect    links link_0_1"
done

# To standard output: paths are relative to here.
call 0 fabric ring --accelerators 3 "${links[@]}"
cp out ring.json
call 0 check ring.json
call 2 fabric ring --accelerators 3 --kind nup --kinds in/k.json --bandwidth 1
err "have none of the kinds that accelerators name; they have npu, gpu"
