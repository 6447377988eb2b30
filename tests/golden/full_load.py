#!/usr/bin/env python3
"""Does any device that is shipped draw more than its thermal design power? Each alone, busy without a break, with small and large networks,
in one slot and in seven that share it."""
import json, os, pathlib, subprocess, sys, tempfile

HETSCHED, SOURCE = os.environ["HETSCHED"], pathlib.Path(os.environ["SOURCE_DIR"])
NETWORKS = ["resnet50", "googlenet_original", "bert_large", "mobilenet_v2"]
failed, tried, most = 0, 0, 0


def power(room, kind, network, slots, batch):
    """W on average, and None if the kind does not run the network."""
    one = dict(kind, slots=slots, **({"sharing": "weighted"} if slots > 1 else {}))
    one.pop("fallback", None)
    for member in ("transitions", "max_loadables", "fallback_time"):
        one.pop(member, None)
    platform = {"format": 1, "name": "p", "kinds": [one], "accelerators": [{"name": "a", "kind": kind["name"]}]}
    stream = {"name": "s", "model": str(SOURCE / f"workloads/models/zoo/{network}.json"), "granularity": "model",
              "arrival": {"type": "closed_loop", "outstanding": slots * batch, "count": 8 * slots * batch}}
    (room / "p.json").write_text(json.dumps(platform))
    (room / "w.json").write_text(json.dumps({"format": 1, "name": "w", "streams": [stream]}))
    done = subprocess.run([HETSCHED, "run", "--platform", "p.json", "--workload", "w.json", "--policy", "fcfs" + ("+batch" if batch > 1 else ""),
                           "--executor", "fluid", "-o", "r"], cwd=room, capture_output=True, text=True, timeout=60)
    if done.returncode == 2:
        return None
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads((room / "r/summary.json").read_text())["power_mean_w"]


with tempfile.TemporaryDirectory() as made:
    room = pathlib.Path(made)
    for path in sorted((SOURCE / "platforms/kinds").glob("*.json")):
        library = json.loads(path.read_text())
        for kind in library.get("kinds", []):
            tdp = kind.get("budget", {}).get("tdp")
            if tdp is None or not kind.get("costs"):
                continue
            number, unit = tdp.split()
            limit = float(number) * {"W": 1, "mW": 1e-3}[unit]
            for network in NETWORKS:
                for slots, batch in ((1, 1), (7, 1), (1, kind.get("max_batch", 1))):
                    drawn = power(room, kind, network, slots, batch)
                    if drawn is None:
                        continue
                    tried += 1
                    most = max(most, drawn / limit)
                    if drawn > limit * (1 + 1e-9):
                        print(f"{kind['name']}, {network}, {slots} slots, batches of {batch}: {drawn:.1f} W of {limit:g}")
                        failed = 1
print(f"{tried} devices under full load, at most {100 * most:.0f} % of their thermal design power")
if tried < 100:
    sys.exit("too few were tried")
sys.exit(failed)
