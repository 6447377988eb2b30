#!/usr/bin/env python3
"""Are homogeneous platforms of equal budget what one would write by hand, and do studies run and compare them?

Environment: HETSCHED (the program), SOURCE_DIR.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HETSCHED = os.environ["HETSCHED"]
SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
wrong = []


def check(what, holds):
    if not holds:
        wrong.append(what)
        print(f"FAILED: {what}")


def call(*words, code=0, cwd=SOURCE):
    done = subprocess.run([HETSCHED, *map(str, words)], cwd=cwd, capture_output=True, text=True)
    check(f"{' '.join(map(str, words))}: exit code {done.returncode}, not {code}: {done.stderr}", done.returncode == code)
    return done


def shape(file):
    """A platform as the program reads it, without what people call things."""
    platform = json.loads(call("check", "--resolved", file).stdout)
    for word in ("$schema", "name", "description", "source"):
        platform.pop(word, None)
    for accelerator in platform["accelerators"]:
        accelerator.pop("name")
    return platform


def quickstart(room):
    made = room / "4k"
    done = call("baseline", "platforms/terastal_4k.json", "--equal", "pes", "--kinds",
                "platforms/kinds/maestro_arrays.json", "-o", made)
    check("what is too large is told", "kind WS6144@128 is more than the pes buys" in done.stderr)
    experiment = json.loads((SOURCE / "experiments/quickstart/experiment.json").read_text())
    by_hand = {}
    for path in experiment["grid"]["platform"]:
        file = SOURCE / "experiments/quickstart" / path
        if file.name != "terastal_4k.json":
            by_hand[json.dumps(shape(file), sort_keys=True)] = file.name
    found = {json.dumps(shape(file), sort_keys=True): file.name for file in sorted(made.glob("*.json"))}
    check("the eight platforms of the quickstart are found", len(by_hand) == 8 and by_hand.keys() == found.keys())

    # A run on one of them is the run on the one by hand.
    results = []
    for platform in (SOURCE / "platforms/4k_4xOS1024.json", made / "terastal_4k=4xOS1024@128.json"):
        folder = room / f"run{len(results)}"
        call("run", "--platform", platform, "--workload", "workloads/terastal_mcv_light.json", "--policy", "edf",
             "--executor", "fluid", "-o", folder)
        results.append(json.loads((folder / "summary.json").read_text()))
    check("runs on them are the same", results[0] == results[1] and results[0]["pes"] == 4096)


KINDS = """[{"name": "big", "type": "gpu", "budget": {"tdp": 30, "price": 100}, "operating_points": [
   {"name": "p", "idle_power": 2, "active_power": 9}]},
  {"name": "small", "type": "dla", "budget": {"tdp": 10, "price": 60}, "operating_points": [
   {"name": "p", "idle_power": 1, "active_power": 3}]}]"""


def write(room, baseline, more=""):
    layers = ", ".join('{"name": "%s"}' % layer for layer in "abc")
    costs = ", ".join('{"layer": "%s", "kind": "%s", "time": "%d ms"}' % (layer, kind, time)
                      for layer in "abc" for kind, time in (("big", 1), ("small", 2), ("other", 1)))
    (room / "net.json").write_text(
        '{"format": 1, "name": "net", "layers": [%s], "costs": [%s]}' % (layers, costs))
    (room / "load.json").write_text("""{"format": 1, "name": "load", "duration": 1, "streams": [
      {"name": "cam", "model": "net.json", "arrival": {"type": "poisson", "rate": 200}, "deadline": "9 ms"}]}""")
    (room / "soc.json").write_text("""{"format": 1, "name": "soc", "base_power": 1, "kinds": %s,
      "accelerators": [{"name": "b", "kind": "big"}, {"name": "s", "kind": "small"}]}""" % KINDS)
    (room / "kinds.json").write_text("""{"format": 1, "name": "k", "kinds": [
      {"name": "other", "type": "npu", "budget": {"tdp": 20}}, {"name": "mute", "type": "npu"},
      {"name": "lame", "type": "npu", "budget": {"tdp": 20}}]}""")
    (room / "experiment.json").write_text("""{"format": 1, "name": "study", "platform": "soc.json",
      "workload": "load.json", "executor": "fluid", "replicates": 2, "grid": {"policy": ["edf", "rr"]%s},
      "baseline": %s, "compare": ["miss_rate", "energy_j"]}""" % (more, json.dumps(baseline)))
    return room / "experiment.json"


def study(room):
    # 40 W are one big with 10 W left, or four small; the same box has all of them.
    experiment = write(room, {"equal": "power", "same_box": ["idle"]}, ', "platform.base_power": [1, "2 W"]')
    call("sweep", experiment, "-o", room / "out", "-j", 2)
    with open(room / "out/points.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    check("all runs went well", all(row["status"] == "ok" for row in rows))
    names = ["soc", "soc=1xbig", "soc=4xsmall", "soc=1xbig-others-idle", "soc=1xsmall-others-idle"]
    check("each factor is crossed with the platforms", sorted(row["platform"] for row in rows) == sorted(names * 8))
    totals = {row["platform"]: (row["tdp_w"], row["price_usd"], row["pes"]) for row in rows}
    check(f"totals are columns: {totals}",
          totals == {"soc": ("40", "160", ""), "soc=1xbig": ("30", "100", ""), "soc=4xsmall": ("40", "240", ""),
                     "soc=1xbig-others-idle": ("40", "160", ""), "soc=1xsmall-others-idle": ("40", "160", "")})
    base = {(row["platform"], row["platform.base_power"]): float(row["energy_base_j"]) / float(row["makespan_s"])
            for row in rows}
    check("factors inside the platform hold for those made of it",
          all(abs(base[name, watts] - float(watts)) < 1e-9 for name in names for watts in "12"))
    idle = {row["platform"]: float(row["energy_idle_j"]) for row in rows}
    check("what idles draws its idle power", idle["soc=1xbig-others-idle"] > idle["soc=1xbig"] + 0.9)

    done = call("compare", room / "out", "-o", room / "c.csv")
    with open(room / "c.csv", newline="") as file:
        compared = list(csv.DictReader(file))
    check("the heterogeneous platform is compared with each",
          {row["platform"] for row in compared} == {"soc"} and {row["baseline"] for row in compared} == set(names[1:])
          and len(compared) == 4 * 2 * 2 * 2 and all(row["pairs"] == "2" for row in compared))
    flat = " ".join(done.stdout.split())
    check("the table says of unequal budgets",
          "soc against soc=1xbig: tdp_w x1.333, price_usd x1.6; soc against soc=4xsmall: price_usd x0.667" in flat
          and "others-idle:" not in flat)
    best = " ".join(call("compare", room / "out", "--best-policy").stdout.split())
    check("with the best policy of each side", "of each side only the policy" in best)
    call("compare", room / "out", "--baseline", "platform=soc=4xsmall")

    # Kinds of a file; of those, one states no power and one has no costs.
    experiment = write(room, {"equal": "power", "kinds": "kinds.json"})
    done = call("check", experiment)
    check("eight points", "8 points" in done.stdout)
    check("what is left out is told", "no baseline of mute for soc: it states no budget.tdp" in done.stderr
          and "no runs of soc=2xlame with load: " in done.stderr)
    done = call("sweep", experiment, "--set", "platform.base_power=5", "-o", room / "set", "-j", 2)
    with open(room / "set/points.csv", newline="") as file:
        check("settings hold for them, once", all(
            abs(float(row["energy_base_j"]) / float(row["makespan_s"]) - 5) < 1e-9 for row in csv.DictReader(file)))
    inputs = [entry["path"] for entry in json.loads((room / "set/study.json").read_text())["inputs"]]
    check("the file of kinds is an input", any(path.endswith("kinds.json") for path in inputs))


def refused(room):
    for baseline, message in (
            ({"equal": "powr"}, 'must be one of'),
            ({"kind": "big"}, "but not how they are made"),
            ({"equal": "power", "platform": "soc"}, "use one of the two"),
            ({"equal": "power", "kind": "bigg"}, 'there is no kind "bigg"; did you mean "big"?'),
            ({"equal": "pes"}, "no budget.pes is stated for big, small"),
            ({"equal": "power", "kinds": "kind.json"}, 'kinds.json"?'),
            ({"same_box": ["gone"]}, "removed"),
            ({"equal": "power", "kind": "lame", "kinds": "kinds.json"}, "soc=2xlame"),
            ({"equal": "power", "kind": "mute", "kinds": "kinds.json"}, 'kind "mute" states no budget.tdp'),
            ({"same_box": ["idle"], "kinds": "kinds.json"}, "is for equal")):
        done = call("check", write(room, baseline), code=2)
        check(f"{baseline} is refused with: {message}; found: {done.stderr}",
              message in done.stderr and "experiment.json:" in done.stderr)
    write(room, {})
    soc = room / "soc.json"
    for words, message in (
            ((), "missing --equal WHAT or --same-box OTHERS"),
            (("--equal", "watts"), "--equal"),
            (("--same-box", "gone"), "--same-box"),
            (("--equal", "pes"), "known: power, price"),
            (("--equal", "power", "--kind", "smal"), 'did you mean "small"?'),
            (("--equal", "power", "--kinds", soc), "is a platform file, not a file of kinds"),
            (("--same-box", "off", "--kinds", room / "kinds.json"), "--kinds is for --equal")):
        done = call("baseline", soc, *words, code=2)
        check(f"{words} is refused with: {message}; found: {done.stderr}", message in done.stderr)


with tempfile.TemporaryDirectory() as folder:
    quickstart(pathlib.Path(folder))
    study(pathlib.Path(folder))
    refused(pathlib.Path(folder))
sys.exit(bool(wrong))
