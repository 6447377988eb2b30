#!/usr/bin/env python3
"""Is every malformed input refused with its exact message and exit code?

Each case is a command, run in a folder that holds good inputs and one bad one. What it must print to stderr stands in
tests/data/malformed.txt, under the name of the case and its exit code. `--update` writes that file anew: read the
difference before you commit it.

Environment: HETSCHED (the program; default: build/hetsched), SOURCE_DIR.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).parents[2])).resolve()
PROGRAM = pathlib.Path(os.environ.get("HETSCHED", SOURCE / "build/hetsched")).resolve()

PLATFORM = {
    "format": 1, "name": "p",
    "kinds": [{"name": "npu", "type": "npu"}, {"name": "gpu", "type": "gpu"}],
    "memories": [{"name": "dram", "bandwidth": "10 GB/s"}],
    "accelerators": [{"name": "a", "kind": "npu"}, {"name": "b", "kind": "gpu", "count": 2}],
}
MODEL = {
    "format": 1, "name": "m",
    "layers": [{"name": "conv", "output_bytes": "1 MB"}, {"name": "fc", "variants": [{"name": "small", "accuracy_loss": 0.1}]}],
    "costs": [
        {"layer": "conv", "kind": "npu", "time": "1 ms"}, {"layer": "conv", "kind": "gpu", "time": "2 ms"},
        {"layer": "fc", "kind": "npu", "time": "1 ms"}, {"layer": "fc", "variant": "small", "kind": "npu", "time": "0.5 ms"},
    ],
}
WORKLOAD = {
    "format": 1, "name": "w", "duration": "10 ms",
    "streams": [{"name": "s", "model": "m.json", "arrival": {"type": "periodic", "rate": "1 kHz"}, "deadline": "period"}],
}
EXPERIMENT = {"format": 1, "name": "e", "platform": "p.json", "workload": "w.json", "policy": "edf"}

RUN = "run --platform p.json --workload w.json --policy edf -o out --records none"


def changed(document, path, value):
    """A copy in which the value at `path` is another, or is missing if `value` is None."""
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


def bad_platform(path, value):
    return {"p.json": changed(PLATFORM, path, value)}, "check p.json"


def bad_model(path, value):
    return {"m.json": changed(MODEL, path, value)}, "check m.json"


def bad_workload(path, value):
    return {"w.json": changed(WORKLOAD, path, value)}, "check w.json"


def bad_experiment(path, value):
    return {"e.json": changed(EXPERIMENT, path, value)}, "check e.json"


def profile(text):
    """A model whose profile is this CSV."""
    model = changed(changed(MODEL, ["costs"], None), ["profile"], "m.csv")
    return {"m.json": model, "m.csv": text}, "check m.json"


CARDS = {**PLATFORM, "memories": [{"name": "dram"}, {"name": "card"}],
         "links": [{"name": "pcie", "bandwidth": "1 GB/s", "between": ["dram", "card"]}],
         "accelerators": [{"name": "a", "kind": "npu"}, {"name": "b", "kind": "gpu", "memory": "card"}]}
ROOFLINE = {"type": "roofline", "peak": {"int8": 1e12}, "bandwidth": "1 GB/s"}
FABRIC = "fabric ring --accelerators 4 --kind npu --kinds k.json --bandwidth 1e9"
KINDS = {"k.json": {"format": 1, "name": "k", "kinds": [{"name": "npu", "type": "npu"}]}}


def bad_cards(path, value):
    return {"p.json": changed(CARDS, path, value)}, "check p.json"


def bad_batches(members):
    return bad_platform(["kinds", 0], {"name": "npu", "type": "npu", "max_batch": 8, **members})


def bad_roofline(members):
    return bad_platform(["kinds", 0, "costs"], [{**ROOFLINE, **members}])


ARRIVAL = ["streams", 0, "arrival"]
CASES = {
    # files as such
    "missing file": ({}, "check nowhere.json"),
    "folder": ({}, "check ."),
    "empty file": ({"p.json": ""}, "check p.json"),
    "syntax": ({"p.json": '{"format": 1,\n  "name": "p"\n  "kinds": []}'}, "check p.json"),
    "not an object": ({"p.json": "[1, 2]"}, "check p.json"),
    "duplicate key": ({"p.json": '{"format": 1, "name": "p",\n "name": "q", "accelerators": []}'}, "check p.json"),
    "deep nesting": ({"p.json": "[" * 500 + "]" * 500}, "check p.json"),
    "not UTF-8": ({"p.json": b'{"format": 1, "name": "\xff\xfe"}'}, "check p.json"),
    # platform
    "unknown key": bad_platform(["memories", 0, "bandwith"], "1 GB/s"),
    "missing name": bad_platform(["name"], None),
    "newer format": bad_platform(["format"], 2),
    "wrong type": bad_platform(["kinds"], "npu"),
    "wrong unit": bad_platform(["memories", 0, "bandwidth"], "10 GHz"),
    "no such unit": bad_platform(["memories", 0, "bandwidth"], "10 bananas"),
    "negative": bad_platform(["base_power"], -1),
    "too many": bad_platform(["kinds", 0, "slots"], 5000),
    "fraction": bad_platform(["accelerators", 1, "count"], 1.5),
    "unknown word": bad_platform(["kinds", 0, "type"], "gpuu"),
    "unknown kind": bad_platform(["accelerators", 0, "kind"], "nup"),
    "unknown memory": bad_platform(["accelerators", 0, "memory"], "drum"),
    "duplicate kind": bad_platform(["kinds", 1, "name"], "npu"),
    "no accelerator": bad_platform(["accelerators"], []),
    "kinds that no file has": ({"p.json": {"format": 1, "name": "p", "kind_files": ["k.json"],
                                           "accelerators": [{"name": "a", "kind": "nup"}]}, **KINDS}, "check p.json"),
    "missing route": ({"p.json": changed(changed(PLATFORM, ["memories"], [{"name": "x"}, {"name": "y"}]), ["accelerators"], [
        {"name": "a", "kind": "npu", "memory": "x"}, {"name": "b", "kind": "gpu", "memory": "y"}])}, "check p.json"),
    "several at once": ({"p.json": changed(changed(PLATFORM, ["base_power"], "many W"), ["kinds", 0, "slots"], 0)}, "check p.json"),
    "no capacity at all": bad_platform(["memories", 0, "capacity"], 0),
    "capacity in another unit": bad_platform(["memories", 0, "capacity"], "16 GB/s"),
    "capacity beyond all numbers": bad_platform(["memories", 0, "capacity"], 1e300),
    "reserve without capacity": bad_platform(["memories", 0, "reserve"], "1 GB"),
    "reserve of everything": bad_platform(["memories"], [{"name": "dram", "capacity": "1 GB", "reserve": "1 GB"}]),
    "page of nothing": bad_platform(["memories"], [{"name": "dram", "capacity": "1 GB", "page": 0}]),
    "page without capacity": bad_platform(["memories", 0, "page"], "2 MiB"),
    "home that is nowhere": bad_platform(["home"], "drma"),
    "home without a way": ({"p.json": changed(changed(PLATFORM, ["memories"], [{"name": "dram"}, {"name": "host"}]), ["home"], "host")}, "check p.json"),
    "memory of a kind": bad_platform(["kinds", 0, "memory_capacity"], -1),
    # what kinds hand over, and transitions between them
    "fallback cycle": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "fallback"], "gpu"), ["kinds", 1, "fallback"], "npu")}, "check p.json"),
    "fallback to itself": bad_platform(["kinds", 0, "fallback"], "npu"),
    "fallback to nobody": bad_platform(["kinds", 0, "fallback"], "dsp"),
    "fallback in another memory": ({"p.json": changed(changed(changed(PLATFORM, ["kinds", 0, "fallback"], "gpu"),
        ["memories"], [{"name": "x"}, {"name": "y"}]), ["accelerators"],
        [{"name": "a", "kind": "npu", "memory": "x"}, {"name": "b", "kind": "gpu", "memory": "y"}])
        | {"links": [{"name": "l", "bandwidth": 1}], "routes": [{"from": "x", "to": "y", "links": ["l"]}]}}, "check p.json"),
    "helper unknown": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "fallback"], "gpu"), ["accelerators", 0, "fallback"], "b2")}, "check p.json"),
    "helper of another kind": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "fallback"], "gpu"), ["accelerators", 0, "fallback"], "a")}, "check p.json"),
    "helper without fallback": bad_platform(["accelerators", 0, "fallback"], "b0"),
    "loadables without fallback": bad_platform(["kinds", 0, "max_loadables"], 4),
    "no loadables": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "fallback"], "gpu"), ["kinds", 0, "max_loadables"], 0)}, "check p.json"),
    "transition nowhere": bad_platform(["kinds", 0, "transitions"], [{"time": "1 us"}]),
    "transition both ways": bad_platform(["kinds", 0, "transitions"], [{"to": "gpu", "from": "gpu", "time": "1 us"}]),
    "transition to itself": bad_platform(["kinds", 0, "transitions"], [{"to": "npu", "time": "1 us"}]),
    "transition to nobody": bad_platform(["kinds", 0, "transitions"], [{"to": "dsp", "time": "1 us"}]),
    "transition on a third": bad_platform(["kinds", 0, "transitions"], [{"to": "gpu", "on": "dsp", "time": "1 us"}]),
    "transition twice": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "transitions"], [{"to": "gpu"}]),
        ["kinds", 1, "transitions"], [{"from": "npu"}])}, "check p.json"),
    "transitions that wait for each other": bad_platform(["kinds", 0, "transitions"],
        [{"to": "gpu", "on": "npu", "time": 1}, {"from": "gpu", "on": "gpu", "time": 1}]),
    "transition in hertz": bad_platform(["kinds", 0, "transitions"], [{"to": "gpu", "time": "1 GHz"}]),
    "measured after nobody": bad_model(["transitions"], [{"after": "cnv", "from": "npu", "to": "gpu", "time": 1}]),
    "measured to itself": bad_model(["transitions"], [{"after": "conv", "from": "npu", "to": "npu", "time": 1}]),
    "measured twice": bad_model(["transitions"], [{"after": "conv", "from": "npu", "to": "gpu", "time": t} for t in (1, 2)]),
    "measured without time": bad_model(["transitions"], [{"after": "conv", "from": "npu", "to": "gpu"}]),
    # links, routes, places
    "unknown host": bad_cards(["host"], "drum"),
    "host apart": ({"p.json": {**CARDS, "memories": CARDS["memories"] + [{"name": "disk"}], "host": "disk"}}, "check p.json"),
    "link to nowhere": bad_cards(["links", 0, "between"], ["dram", "crad"]),
    "link of one end": bad_cards(["links", 0, "between"], ["dram"]),
    "link to itself": bad_cards(["links", 0, "between"], ["dram", "dram"]),
    "link between numbers": bad_cards(["links", 0, "between"], [1, 2]),
    "unknown routing": bad_cards(["routing"], "by_hops"),
    "cards without a way": bad_cards(["links", 0, "between"], None),
    "unknown source": ({"w.json": changed(WORKLOAD, ["streams", 0, "source"], "drum")}, RUN),
    "sink without a way": ({"p.json": {**PLATFORM, "memories": PLATFORM["memories"] + [{"name": "disk"}]},
                            "w.json": changed(WORKLOAD, ["streams", 0, "sink"], "disk")}, RUN),
    # batches, efficiencies
    "batch curve descends": bad_batches({"batch_curve": [{"size": 4, "time": 2}, {"size": 2, "time": 1.5}]}),
    "batch curve of one": bad_batches({"batch_curve": [{"size": 1, "time": 1}]}),
    "batch curve without time": bad_batches({"batch_curve": [{"size": 2}]}),
    "batch curve takes no time": bad_batches({"batch_curve": [{"size": 2, "time": 0}]}),
    "batch curve and share": bad_batches({"batch_fixed_share": 0.5, "batch_curve": [{"size": 2, "time": 1.5}]}),
    "compute efficiency 2": bad_roofline({"compute_efficiency": 2}),
    "memory efficiency 2": bad_roofline({"memory_efficiency": 2}),
    "memory of an operator above 1": bad_roofline({"efficiencies": [{"memory": 1.2}]}),
    "more than Winograd": bad_roofline({"efficiencies": [{"compute": 5}]}),
    # model
    "workspace below zero": bad_model(["layers", 0, "workspace_bytes"], -5),
    "unknown spill": bad_model(["spill"], "offlaod"),
    "unknown layer": bad_model(["layers", 1, "inputs"], ["cnv"]),
    "cycle": bad_model(["layers", 0, "inputs"], ["fc"]),
    "duplicate layer": bad_model(["layers", 1, "name"], "conv"),
    "loss above 1": bad_model(["layers", 1, "variants", 0, "accuracy_loss"], 7),
    "group of unknown layers": bad_model(["groups"], [{"name": "g", "layers": ["conv", "head"]}]),
    "group of a layer without name": bad_model(["groups"], [{"name": "g", "layers": ["conv", ""]}]),
    "route over nothing": ({"p.json": {**PLATFORM, "memories": [{"name": "x"}, {"name": "y"}], "links": [{"name": "l", "bandwidth": 1}], "routes": [{"from": "x", "to": "y", "links": [""]}], "accelerators": [{"name": "a", "kind": "npu", "memory": "x"}, {"name": "b", "kind": "gpu", "memory": "y"}]}}, "check p.json"),
    "cost of unknown layer": bad_model(["costs", 0, "layer"], "convv"),
    "time and cycles": bad_model(["costs", 0, "cycles"], 100),
    "neither time nor cycles": bad_model(["costs", 0, "time"], None),
    "unlisted variant": bad_model(["costs", 3, "variant"], "tiny"),
    "combination of unknown variant": bad_model(["accuracy"], {"combinations": [{"variants": ["fc:tiny"], "loss": 0.1}]}),
    "profile missing": bad_model(["profile"], "nowhere.csv"),
    "profile column": profile("layer,kind,tim_s\nconv,npu,1\n"),
    "profile number": profile("layer,kind,time_s\nconv,npu,fast\n"),
    "profile ragged": profile("layer,kind,time_s\nconv,npu,1,2,3\n"),
    "profile twice": profile("layer,kind,time_s\nconv,npu,1\nfc,npu,1\nconv,npu,2\n"),
    # workload
    "unknown arrival": bad_workload(ARRIVAL, {"type": "poison", "rate": 3}),
    "rate and period": bad_workload(ARRIVAL + ["period"], "1 ms"),
    "field of another arrival": bad_workload(ARRIVAL, {"type": "poisson", "rate": 3, "jitter": "1 ms"}),
    "endless": bad_workload(["duration"], None),
    "period without period": bad_workload(ARRIVAL, {"type": "poisson", "rate": 3}),
    "after nobody": bad_workload(["streams", 0, "after"], "camera"),
    "after itself": bad_workload(["streams", 0, "after"], "s"),
    "probability 2": bad_workload(["streams", 0, "probability"], 2),
    "model missing": bad_workload(["streams", 0, "model"], "n.json"),
    "trace unsorted": bad_workload(ARRIVAL, {"type": "trace", "times": [2, 1]}),
    "trace missing": bad_workload(ARRIVAL, {"type": "trace", "file": "t.csv"}),
    # what fits together
    "no costs for the platform": ({"p.json": changed(PLATFORM, ["kinds", 0, "profile"], "dsp")}, RUN),
    "no work": ({"w.json": changed(WORKLOAD, ["streams", 0, "probability"], 0)}, RUN),
    "task larger than memory": ({"p.json": changed(PLATFORM, ["memories", 0, "capacity"], "0.5 MB")}, RUN),
    "task larger than a card": ({"p.json": changed(changed(PLATFORM, ["kinds", 0, "memory_capacity"], "10 kB"), ["kinds", 1, "memory_capacity"], "20 kB")}, RUN),
    "weights larger together": ({"p.json": changed(PLATFORM, ["memories", 0, "capacity"], "3 MB"),
                                 "m.json": changed(changed(MODEL, ["layers", 0, "weight_bytes"], "2 MB"), ["layers", 1, "weight_bytes"], "2 MB")}, RUN),
    "memory that fills up": ({"p.json": changed(PLATFORM, ["memories", 0, "capacity"], "2.2 MB"),
                              "m.json": changed(MODEL, ["layers", 1, "output_bytes"], "0.5 MB"),
                              }, RUN),
    # experiment
    "unknown rule of a cache": bad_experiment(["policy"], {"name": "edf", "decorators": [{"name": "cache", "parameters": {"rule": "fifo"}}]}),
    "unknown policy": bad_experiment(["policy"], "efd"),
    "unknown parameter": bad_experiment(["policy"], {"name": "rr", "parameters": {"quantm": 2}}),
    "parameter out of range": bad_experiment(["policy"], {"name": "rr", "parameters": {"quantum": 0}}),
    "parameter of another type": bad_experiment(["policy"], {"name": "heft", "parameters": {"insertion": "yes"}}),
    "factor that is nowhere": bad_experiment(["grid"], {"platform.memories.drum.bandwidth": [1e9, 2e9]}),
    "factor without levels": bad_experiment(["grid"], {"seed": []}),
    "outage of nobody": bad_experiment(["outages"], [{"accelerator": "z", "off": 1}]),
    # flags
    "unknown command": ({}, "rnu"),
    "unknown flag": ({}, RUN + " --seeed 3"),
    "no platform": ({}, "run --workload w.json --policy edf"),
    "policy misspelt": ({}, RUN.replace("edf", "fcsf")),
    "set without value": ({}, RUN + " --set seed"),
    "set nowhere": ({}, RUN + " --set platform.memories.dram.bandwith=1"),
    "seed": ({}, RUN + " --seed -1"),
    "jobs": ({"e.json": EXPERIMENT}, "sweep e.json -o out -j 0"),
    "records": ({}, RUN.replace("none", "some")),
    "foreign output": ({"out/thesis.tex": "years of work"}, RUN),
    "compare nothing": ({}, "compare ."),
    "trace of nothing": ({}, "trace ."),
    "schema": ({}, "schema platfrom"),
    "preferred sizes descend": ({}, RUN.replace("edf", "edf+batch:size=8/4")),
    "preferred size is no number": ({}, RUN.replace("edf", "edf+batch:size=4/x")),
    "several fixed sizes": ({}, RUN.replace("edf", "edf+batch:rule=fixed,size=4/8")),
    "fabric of no shape": (KINDS, FABRIC.replace("ring", "torus")),
    "fabric of nothing": (KINDS, FABRIC.replace("4", "0")),
    "fabric without kind": (KINDS, FABRIC.replace("--kind npu ", "")),
    "fabric of unknown kind": (KINDS, FABRIC.replace("npu", "nup")),
    "fabric without links": (KINDS, FABRIC.replace("1e9", "0")),
    "fabric that is no grid": (KINDS, FABRIC.replace("ring", "chiplet_mesh")),
    "fanout of a ring": (KINDS, FABRIC + " --fanout 4"),
    "host of a tree": (KINDS, FABRIC.replace("ring", "pcie_tree") + " --host-bandwidth 1e9"),
}


def run_case(files, command):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, content in {"p.json": PLATFORM, "m.json": MODEL, "w.json": WORKLOAD, **files}.items():
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        before = sorted(p for p in folder.rglob("*"))
        result = subprocess.run([PROGRAM, *command.split(" ")], cwd=folder,
                                capture_output=True, text=True, errors="replace", timeout=30 * float(os.environ.get("PATIENCE", 1)))
        left = sorted(p for p in folder.rglob("*"))
        extra = "" if left == before else f"left behind: {[str(p.relative_to(folder)) for p in left if p not in before]}\n"
        return result.returncode, result.stderr + extra


def main():
    record = SOURCE / "tests/data/malformed.txt"
    got = ""
    for name, (files, command) in CASES.items():
        code, text = run_case(files, command)
        got += f"=== {name}: exit {code}\n{text}"
    if "--update" in sys.argv:
        record.write_text(got)
    expected = record.read_text()
    wrong = 0
    if got != expected:
        theirs = dict(part.split("\n", 1) for part in expected.split("=== ")[1:])
        for part in got.split("=== ")[1:]:
            head, body = part.split("\n", 1)
            if theirs.get(head) != body:
                wrong += 1
                print(f"{head}\n  expected: {theirs.get(head)}\n  got:      {body}")
        print(f"{wrong} of {len(CASES)} messages differ; if they are right: tests/golden/malformed.py --update")
    assert len(CASES) >= 40
    assert not any(" exit 0\n" in part or "exit -" in part for part in got.split("=== ")), "a malformed input was accepted or crashed"
    if got != expected:
        sys.exit(1)
    print(f"{len(CASES)} malformed inputs, each with its message")


main()
