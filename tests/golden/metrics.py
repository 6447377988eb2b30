#!/usr/bin/env python3
"""Are metrics what their formulas say? Runs small enough to be worked out by hand, whose metrics are written here as fractions.

Times are whole seconds, energies whole joules, so that every value below can be followed on paper."""
import csv, json, os, pathlib, subprocess, sys, tempfile
from fractions import Fraction as F

HETSCHED = os.environ["HETSCHED"]
failed = 0


def model(room, name, times, kinds=("k",)):
    """A chain of layers that take so many seconds, on each kind."""
    layers = [{"name": f"l{i}"} for i in range(len(times))]
    costs = [{"layer": f"l{i}", "kind": kind, "time": t} for kind in kinds for i, t in enumerate(times)]
    (room / f"{name}.json").write_text(json.dumps({"format": 1, "name": name, "layers": layers, "costs": costs}))


def run(room, streams, accelerators=1, policy="fcfs", base_power=0, kind=None, **experiment):
    workload = {"format": 1, "name": "w", "streams": streams}
    for key in ("duration", "end"):
        if key in experiment:
            workload[key] = experiment.pop(key)
    kinds = [{"name": "k", "type": "cpu"} | (kind or {})]
    platform = {"format": 1, "name": "p", "kinds": kinds, "accelerators": [{"name": "c", "kind": "k", "count": accelerators}]}
    if base_power:
        platform["base_power"] = base_power
    (room / "w.json").write_text(json.dumps(workload))
    (room / "p.json").write_text(json.dumps(platform))
    (room / "e.json").write_text(json.dumps({"format": 1, "name": "e", "platform": "p.json", "workload": "w.json",
                                             "policy": policy, "records": "summary"} | experiment))
    done = subprocess.run([HETSCHED, "run", "e.json", "-o", "r"], cwd=room, capture_output=True, text=True, timeout=60)
    if done.returncode:
        return done.returncode, done.stderr
    with open(room / "r/streams.csv") as rows:
        return json.loads((room / "r/summary.json").read_text()), list(csv.DictReader(rows))


def check(what, found, **wanted):
    global failed
    for name, value in wanted.items():
        got = found.get(name)
        got = None if got in (None, "") else float(got)
        same = got is None if value is None else got is not None and abs(got - float(value)) <= 1e-12 * max(1, abs(float(value)))
        if not same:
            failed += 1
            print(f"{what}: {name} is {got}, expected {value}")


def refused(what, result, *words):
    global failed
    if not isinstance(result[0], int) or result[0] != 2 or not all(word in result[1] for word in words):
        failed += 1
        print(f"{what}: expected an error with {words}, found {result}")


def burst(name, of, count=1, at=0, **more):
    return {"name": name, "model": f"{of}.json", "arrival": {"type": "burst", "count": count, "at": at}} | more


with tempfile.TemporaryDirectory() as folder:
    room = pathlib.Path(folder)
    model(room, "one", [1])
    model(room, "two", [2])
    model(room, "ten", [10])
    model(room, "wide", [1, 1])

    # Two programs on one accelerator, in turn: a is done at 1, b waits for it and is done at 1 + 2.
    summary, streams = run(room, [burst("a", "one"), burst("b", "two")])
    check("in turn", summary, stp=F(1, 1) + F(2, 3), antt=(F(1) + F(3, 2)) / 2, makespan_s=3, throughput_rps=F(2, 3),
          latency_mean_s=2, latency_p50_s=1, latency_max_s=3, wait_mean_s=F(1, 2), never_finished=0,
          fairness_jain=(1 + F(2, 3)) ** 2 / (2 * (1 + F(2, 3) ** 2)))
    check("in turn, a", streams[0], alone_s=1, slowdown=1)
    check("in turn, b", streams[1], alone_s=2, slowdown=F(3, 2))

    # The same on two accelerators: nobody waits.
    summary, _ = run(room, [burst("a", "one"), burst("b", "two")], accelerators=2)
    check("side by side", summary, stp=2, antt=1, fairness_jain=1, utilisation=F(3, 4))

    # Three requests of one program, one at a time: latencies 1, 2, 3 of which 1 is the time alone.
    summary, streams = run(room, [burst("a", "one", 3)])
    check("one program", summary, stp=F(1, 2), antt=2)

    # What the policy would do with the program alone is what counts, not the least that its layers can take.
    parallel = [{"name": "l0"}, {"name": "l1", "inputs": []}]
    (room / "both.json").write_text(json.dumps({"format": 1, "name": "both", "layers": parallel, "costs": [
        {"layer": "l0", "kind": "k", "time": 1}, {"layer": "l1", "kind": "k", "time": 1}]}))
    summary, streams = run(room, [burst("a", "both", 2)], accelerators=2)
    check("parallel layers", streams[0], alone_s=1)

    # Asked not to run anything alone.
    summary, streams = run(room, [burst("a", "one"), burst("b", "two")], alone=False)
    check("not alone", summary, stp=None, antt=None, fairness_jain=None)
    check("not alone, a", streams[0], alone_s=None, slowdown=None)
    # By chance: with another seed the random policy goes elsewhere; what a request takes alone is of the same seed.
    for seed in (1, 2, 3):
        summary, streams = run(room, [burst("a", "one"), burst("b", "two", at=50)], accelerators=2, policy="random", seed=seed,
                               execution_jitter={"distribution": "exponential", "spread": 1})
        check("by chance", summary, stp=2, antt=1)

    # A stream that finishes nothing: no turnaround, no progress.
    summary, _ = run(room, [burst("a", "one"), burst("b", "ten")], duration=5, end="at_duration")
    check("starved", summary, stp=1, antt=None, fairness_jain=F(1, 2), released=2, unfinished=1, undecided=1, miss_rate=0,
          never_finished=F(1, 2))

    # Who compares latencies of what finished is told that half of the requests are not among them; energies have no such gap.
    (room / "s.json").write_text(json.dumps(json.loads((room / "e.json").read_text()) | {"grid": {"policy": ["fcfs", "rr"]}}))
    for metric, told in (("latency_mean_s", True), ("energy_j", False)):
        subprocess.run([HETSCHED, "sweep", "s.json", "-o", "s", "-q"], cwd=room, check=True, timeout=60)
        done = subprocess.run([HETSCHED, "compare", "s", "--baseline", "policy=fcfs", "--metric", metric], cwd=room,
                              capture_output=True, text=True, timeout=60)
        if done.returncode or ("50% never did (never_finished)" in " ".join(done.stdout.split())) != told:
            failed += 1
            print(f"comparing {metric}: {done.stdout}{done.stderr}")

    # Undecided at the end: no deadline, or one after it. Due: a deadline before it.
    late = [burst("a", "ten", deadline=4), burst("b", "one", deadline=4), burst("c", "one", deadline=9), burst("d", "one")]
    summary, streams = run(room, late, duration=5, end="at_duration")
    check("cut off", summary, released=4, unfinished=4, undecided=2, miss_rate=F(2, 2), miss_rate_stream_mean=1)
    for stream, undecided, rate in zip(streams, (0, 0, 1, 1), (1, 1, None, None)):
        check("cut off, " + stream["stream"], stream, undecided=undecided, miss_rate=rate)
    # At exactly the end it is due.
    summary, _ = run(room, [burst("a", "ten", deadline=5)], duration=5, end="at_duration")
    check("due at the end", summary, undecided=0, miss_rate=1)
    # Nothing can happen any more: what waits for an accelerator that is off for good is missed, not undecided.
    summary, _ = run(room, [burst("a", "one", 2, deadline=100)], outages=[{"accelerator": "c", "off": 1}])
    check("off for good", summary, finished=1, unfinished=1, undecided=0, miss_rate=F(1, 2), stp=1, antt=1)

    # Warm-up. One accelerator that draws 3 W at work and 1 W idle, requests of 2 s every 4 s: at 0, 4, 8, 12; ends at 14.
    powers = {"operating_points": [{"name": "n", "frequency": 1, "idle_power": 1, "active_power": 3}]}
    every = [{"name": "a", "model": "two.json", "arrival": {"type": "periodic", "period": 4, "count": 4}}]
    summary, streams = run(room, every, kind=powers, base_power=10)
    check("whole", summary, released=4, energy_active_j=4 * 2 * 3, energy_idle_j=3 * 2 * 1, energy_base_j=140,
          utilisation=F(8, 14), throughput_rps=F(4, 14), power_mean_w=F(24 + 6 + 140, 14))
    # From 5 on: requests 8 and 12 count; request 4 is at work from 4 to 6, of which 5 to 6 is measured.
    summary, streams = run(room, every, kind=powers, base_power=10, warm_up=5)
    check("after 5 s", summary, released=2, finished=2, makespan_s=14, energy_active_j=(1 + 2 + 2) * 3, energy_idle_j=4,
          energy_base_j=90, utilisation=F(5, 9), throughput_rps=F(2, 9), power_mean_w=F(15 + 4 + 90, 9),
          energy_per_inference_j=F(109, 2), latency_mean_s=2, stp=1, antt=1, makespan_lower_bound_s=None)
    refused("too long a warm-up", run(room, every, warm_up=13), "no request arrives after the warm-up of 13 s", "14 s")
    refused("a warm-up of all", run(room, [dict(every[0], arrival={"type": "periodic", "period": 4})], duration=20, warm_up=20),
            "warm_up", "must be shorter than the duration", "e.json")

    # Bounds of response times under fixed priorities: Liu and Layland (1973) have the critical instant at the start.
    model(room, "half", [0.5])
    rate = [{"name": "fast", "model": "one.json", "deadline": "period", "priority": 2,
             "arrival": {"type": "periodic", "period": 4}},
            {"name": "slow", "model": "half.json", "deadline": "period", "priority": 1,
             "arrival": {"type": "periodic", "period": 8}}]
    _, streams = run(room, rate, policy="fp", duration=16)
    check("bounds, fast", streams[0], demand=F(1, 4), response_bound_s=F(3, 2))  # a slow one may just have begun
    check("bounds, slow", streams[1], demand=F(1, 16), response_bound_s=F(3, 2), latency_max_s=F(3, 2))
    if [stream["deadlines_assured"] for stream in streams] != ["true", "true"]:
        failed += 1
        print("bounds: deadlines are assured, found", [stream["deadlines_assured"] for stream in streams])
    _, streams = run(room, rate, policy="fcfs", duration=16)
    check("no bounds under fcfs", streams[0], response_bound_s=None, demand=None)

print(f"{failed} wrong" if failed else "all as worked out by hand")
sys.exit(failed > 0)
