#!/usr/bin/env python3
"""Does `hetsched capacity` tell what a platform gains over homogeneous ones? On queues whose capacities are known: with periodic
arrivals, a deadline of one period and every request on one accelerator, load x period is kept as long as it holds a request."""
import csv, json, os, pathlib, subprocess, sys, tempfile

HETSCHED = os.environ["HETSCHED"]
failed = 0


def check(what, same, found=""):
    global failed
    if not same:
        failed += 1
        print(f"{what}: {found}")


with tempfile.TemporaryDirectory() as folder:
    room = pathlib.Path(folder)

    def write(name, **content):
        (room / f"{name}.json").write_text(json.dumps({"format": 1, "name": name} | content))

    def kind(name, power, pes=1):
        point = {"name": "n", "frequency": 1, "idle_power": 0, "active_power": power}
        return {"name": name, "type": "npu", "operating_points": [point], "budget": {"pes": pes}}

    def capacity(*options, code=0, **experiment):
        write("e", **({"platform": "soc.json", "workload": "w.json", "executor": "fluid", "policy": "met", "replicates": 2,
                       "baseline": {"equal": "pes"}} | experiment))
        done = subprocess.run([HETSCHED, "capacity", "e.json", "--target", "miss_rate <= 0", "-o", "r", "--overwrite", *options],
                              cwd=room, capture_output=True, text=True, timeout=120)
        check("exit code", done.returncode == code, done.stderr + done.stdout)
        rows = {}
        if (room / "r/gain.csv").exists():
            with open(room / "r/gain.csv") as file:
                rows = {(row["workload"], row["baseline"]): row for row in csv.DictReader(file)}
        return rows, done

    write("net", layers=[{"name": "l"}], costs=[{"layer": "l", "kind": "fast", "time": 1}, {"layer": "l", "kind": "slow", "time": 2}])
    write("soc", kinds=[kind("fast", 4), kind("slow", 1)], accelerators=[{"name": "s", "kind": "slow"}, {"name": "f", "kind": "fast"}])
    stream = {"name": "a", "model": "net.json", "arrival": {"type": "periodic", "period": 8}, "deadline": "period"}
    write("w", duration=80, streams=[stream])
    write("v", duration=80, streams=[stream | {"arrival": {"type": "periodic", "period": 4}}])

    rows, done = capacity()
    check("each homogeneous platform", set(rows) == {("w", "soc=2xfast"), ("w", "soc=2xslow")}, list(rows))
    over = {name: rows["w", f"soc=2x{name}"] for name in ("fast", "slow")}

    def near(what, value, wanted, within):
        check(what, value != "" and abs(float(value) / wanted - 1) <= within, f"{value}, expected {wanted}")

    # Largest load: 8 s hold a request of 1 s (fast, and the mixed one, which waits for the fast one), or of 2 s (slow).
    near("capacity", over["fast"]["capacity"], 8, 0.005)
    near("capacity over slow ones", over["slow"]["baseline_capacity"], 4, 0.005)
    near("gain over slow ones", over["slow"]["capacity_ratio"], 2, 0.01)
    near("gain over fast ones", over["fast"]["capacity_ratio"], 1, 1e-9)
    # At load 1: 10 requests of 4 J until 73 s, of 2 J until 74 s.
    near("power", over["slow"]["value"], 40 / 73, 1e-9)
    near("power of slow ones", over["slow"]["baseline_value"], 20 / 74, 1e-9)
    near("power over slow ones", over["slow"]["ratio"], (40 / 73) / (20 / 74), 1e-9)
    near("no power over fast ones", over["fast"]["ratio"], 1, 1e-9)
    check("one table", all(word in done.stdout for word in ("over soc=2xslow", "At workload.load 1, and in capacity", "x2.027")),
          done.stdout)

    # Two workloads and two policies; the better one of each side counts. min_energy takes the slow accelerator as long as it keeps the deadline.
    rows, _ = capacity(grid={"workload": ["w.json", "v.json"], "policy": ["min_energy", "met"]}, replicates=4)
    check("two workloads", len(rows) == 4, list(rows))
    check("the better policy", {(row["policy"], row["capacity_policy"]) for row in rows.values()} == {("min_energy", "min_energy")}, rows)
    near("its power", rows["w", "soc=2xfast"]["ratio"], (20 / 74) / (40 / 73), 1e-9)
    near("of twice the rate half the capacity", rows["v", "soc=2xslow"]["capacity"], 4, 0.005)

    # Another metric; a named platform as the baseline, of more and of less; none at all.
    rows, _ = capacity("--metric", "latency_mean_s")
    near("latency", rows["w", "soc=2xslow"]["ratio"], 0.5, 1e-9)
    write("two", kinds=[kind("slow", 1)], accelerators=[{"name": "s", "kind": "slow", "count": 3}])
    rows, _ = capacity(grid={"platform": ["soc.json", "two.json"]}, baseline={"platform": "two"})
    check("a named baseline", list(rows) == [("w", "two")] and rows["w", "two"]["platform"] == "soc", rows)
    near("over it", rows["w", "two"]["capacity_ratio"], 2, 0.01)
    (room / "r/gain.csv").unlink()
    rows, done = capacity(baseline={})
    check("no baseline, no gain", not rows and "in capacity" not in done.stdout, done.stdout)
    _, done = capacity("--metric", "power", code=2)
    check("no such metric", '--metric: "power" is no metric' in done.stderr and "power_mean_w" in done.stderr, done.stderr)

    # The slow ones keep the target nowhere: no capacity to compare, and that is no error.
    write("w", duration=80, streams=[stream | {"deadline": 1.5}])
    rows, done = capacity()
    check("nothing keeps it", rows["w", "soc=2xslow"]["ratio"] == "" and rows["w", "soc=2xslow"]["capacity_ratio"] == "", rows)

print(f"{failed} wrong" if failed else "gains are those of the closed forms")
sys.exit(failed > 0)
