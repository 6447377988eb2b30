#!/usr/bin/env python3
"""Profiles from other tools' measurements: are the costs those of the files, and does a model take them?

Samples: tests/data/profiles (README there). Environment: HETSCHED (the program), SOURCE_DIR.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

samples = pathlib.Path(os.environ["SOURCE_DIR"]) / "tests" / "data" / "profiles"
problems = []


def call(*arguments, folder):
    return subprocess.run([os.environ["HETSCHED"], *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                          timeout=20)


def expect(what, found, wanted):
    if found != wanted:
        problems.append(f"{what}:\n  found  {found}\n  wanted {wanted}")


def profile(folder, *arguments, notes=()):
    """The rows of a profile, as {(layer, kind): row}."""
    done = call("profile", *arguments, "-o", "profile.csv", folder=folder)
    if done.returncode != 0:
        problems.append(f"profile {' '.join(map(str, arguments))}: {done.returncode}\n{done.stderr}")
        return {}
    for note in notes:
        if note not in done.stderr:
            problems.append(f"profile {' '.join(map(str, arguments))}: does not tell: {note}\n{done.stderr}")
    lines = (folder / "profile.csv").read_text().splitlines()
    expect("first line is a comment", lines[0][:2], "# ")
    return {(row["layer"], row["kind"]): row for row in csv.DictReader(lines[1:])}


def column(rows, name):
    return {layer: row[name] for (layer, _), row in rows.items()}


def check_scalesim(folder):
    cycles = {"conv1": "2111", "block1.0.conv": "4735", "block1.0.down": "607", "fc": "8285"}
    for version in ("v2", "v3"):
        report = samples / f"COMPUTE_REPORT_{version}.csv"
        rows = profile(folder, "scalesim", report, "--kind", "ws32", "--model", "net.json",
                       notes=["2 layers without any that cannot run there: pool1, block1.0.add"])
        expect(version, column(rows, "cycles"), cycles)
    rows = profile(folder, "scalesim", report, "--kind", "ws32", "--column", "Total Cycles (incl. prefetch)")
    expect("v3 with prefetch, no model", column(rows, "cycles"), {"0": "2400", "1": "5000", "2": "700", "3": "9000"})


def check_maestro(folder):
    """Energy in units of a MAC is that of MAESTRO's screen output; the file's own is another."""
    report = samples / "maestro_resnet50_kcp_ws.csv"
    screen = {"CONV1": 1102501982, "CONV2_1_1": 175665539, "CONV2_1_2": 1030293205, "CONV2_1_3": 691452957}
    rows = profile(folder, "maestro", report, "--kind", "kcp_ws")
    expect("cycles", column(rows, "cycles"),
           {"CONV1": "12736477", "CONV2_1_1": "401532", "CONV2_1_2": "3733604", "CONV2_1_3": "1606092"})
    for layer, energy in column(rows, "energy_nj").items():
        if abs(float(energy) / 0.00023 - screen[layer]) > 0.51:
            problems.append(f"{layer}: {float(energy) / 0.00023:.1f} MAC units, MAESTRO's screen says {screen[layer]}")
    own = profile(folder, "maestro", report, "--kind", "kcp_ws", "--energy", "file")
    expect("the file's energy", own[("CONV1", "kcp_ws")]["energy_nj"], "38927.9")
    none = profile(folder, "maestro", report, "--kind", "kcp_ws", "--energy", "none")
    expect("no energy", list(none[("CONV1", "kcp_ws")]), ["layer", "kind", "cycles"])


def check_tensorrt(folder):
    rows = profile(folder, "tensorrt", samples / "trtexec.json", "--kind", "gpu", "--point", "MAXN", "--model", "net.json",
                   notes=['3 copies (0.03 ms) added', '"[HostToDeviceCopy 0]" -> "conv1 + relu1"',
                          '"fcc output reformatter 0" -> "fcc"', '1 layer without any that cannot run there: fc;',
                          '1 measurement of no layer, left out (0.025 of 0.25 ms): "fcc"; did you mean "fc"?'])
    times = {layer: round(float(time), 12) for layer, time in column(rows, "time_ms").items()}
    # 0.01 + 0.015 of copies on conv1's 0.08; the fused three by MACs: 9 of 10 are the 3x3 convolution's.
    expect("trtexec", times, {"tail": 0.1, "conv1": 0.105, "pool1": 0.02, "block1.0.conv": 0.09, "block1.0.down": 0.01,
                              "block1.0.add": 0.0})
    expect("point", rows[("tail", "gpu")]["point"], "MAXN")
    plain = profile(folder, "tensorrt", samples / "trtexec.json", "--kind", "gpu", "--column", "medianMs")
    expect("without a model", plain[("conv1 + relu1", "gpu")]["time_ms"], "0.102")
    onnx = profile(folder, "tensorrt", samples / "trtexec_onnx.json", "--kind", "gpu", "--model", "net.json")
    times = {layer: round(float(time), 12) for layer, time in column(onnx, "time_ms").items()}
    expect("ONNX names", times, {"conv1": 0.08, "pool1": 0.0, "block1.0.conv": 0.054, "block1.0.down": 0.006,
                                 "block1.0.add": 0.0, "fc": 0.02})
    (folder / "dla.json").write_text('[{"count": 10}, {"name": "prob input reformatter 0", "averageMs": 3.33},'
                                     ' {"name": "fc", "averageMs": 0.25}]')
    dla = profile(folder, "tensorrt", "dla.json", "--kind", "gpu", notes=["waits for an accelerator (a DLA)"])
    expect("waiting for a DLA", column(dla, "time_ms"), {"fc": "0.25"})


def check_pytorch(folder):
    rows = profile(folder, "pytorch", samples / "torch.csv", "--kind", "cpu=a57", "--kind", "cuda=maxwell", "--model",
                   "net.json", "--absent-free",
                   notes=["left out, as no --kind names them: devices npu", "cuda: 4 layers without any that take no time"])
    expect("median of three, of two, of one", [rows[key]["time_ms"] for key in
                                               [("conv1", "a57"), ("conv1", "maxwell"), ("fc", "a57")]],
           ["1.5", "0.375", "0.75"])
    expect("absent", rows[("pool1", "maxwell")]["time_ms"], "0")
    expect("rows", len(rows), 12)


def check_use(folder):
    """The model checks with its profile, and a run takes the measured times: fc alone on the device that has it."""
    profile(folder, "pytorch", samples / "torch.csv", "--kind", "cpu=a57", "--model", "net.json")
    checked = call("check", "net.json", folder=folder)
    expect("check", (checked.returncode, "costs on a57: ok" in checked.stdout), (0, True))
    (folder / "soc.json").write_text(json.dumps({
        "format": 1, "name": "soc", "kinds": [{"name": "a57", "type": "cpu"}],
        "accelerators": [{"name": "cpu", "kind": "a57"}]}))
    (folder / "load.json").write_text(json.dumps({
        "format": 1, "name": "load", "streams": [{"name": "s", "model": "net.json", "arrival": {"type": "burst", "count": 1}}]}))
    ran = call("run", "--platform", "soc.json", "--workload", "load.json", "--policy", "fcfs", "-o", "out", folder=folder)
    if ran.returncode != 0:
        problems.append(f"run: {ran.stderr}")
        return
    tasks = list(csv.DictReader((folder / "out" / "tasks.csv").read_text().splitlines()))
    took = {row["task"]: round((float(row["end_at_s"]) - float(row["compute_at_s"])) * 1e3, 9) for row in tasks}
    expect("times of the run", took, {"conv1": 1.5, "pool1": 0.25, "block1.0.conv": 2.0, "block1.0.down": 0.5,
                                      "block1.0.add": 0.125, "fc": 0.75})


def check_refusals(folder):
    """One sentence with its place, exit code 2, and no file."""
    files = {
        "gap.csv": "LayerID, Total Cycles,\n0, 5,\n2, 7,\n",
        "word.csv": "LayerID, Total Cycles,\n0, 5,\n1, seven,\n",
        "header.csv": "LayerID, Totl Cycles,\n0, 5,\n",
        "three.csv": "LayerID, Total Cycles,\n0, 5,\n1, 5,\n2, 5,\n",
        "empty.csv": "",
        "wide.csv": "layer,ms\na,1,2\n",
        "twice.csv": "Layer Number, Runtime (Cycles)\na,1\na,2\n",
        "counts.csv": "Layer Number, Runtime (Cycles), Num MACs\na,1,5\n",
        "two.csv": "layer,cpu_ms,gpu_ms\na,1,2\n",
        "cut.json": '[{"count": 1},\n {"name": "a", "averageMs": 0.1',
        "type.json": '[{"count": 1},\n {"name": "a", "averageMs": "0.1"}]',
        "other.json": '[{"count": 1},\n {"name": "zzz", "averageMs": 0.1}]',
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    cases = [
        ("scalesim gap.csv --kind k", 'gap.csv:3: LayerID: must be 1, the next layer\'s number; found "2"'),
        ("scalesim word.csv --kind k", 'word.csv:3: Total Cycles: must be a number of at least 0; found "seven"'),
        ("scalesim header.csv --kind k",
         'header.csv:1: has no column "Total Cycles"; did you mean "Totl Cycles"? it has: LayerID, Totl Cycles'),
        ("scalesim three.csv --kind k --model net.json",
         'three.csv: has 3 layers, but model "small" has 6, 4 of them with multiply-accumulates; the file must be of all '
         'of either'),
        ("scalesim empty.csv --kind k", "empty.csv: has no header line"),
        ("scalesim nowhere.csv --kind k", "nowhere.csv: there is no such file"),
        ("pytorch wide.csv --kind k", "wide.csv:2: has 3 cells, but the header names 2 columns"),
        ("maestro twice.csv --kind k --energy none",
         'twice.csv:3: measures "a" again, after twice.csv:2; give --model, or delete one of the lines'),
        ("maestro counts.csv --kind k",
         'counts.csv:1: has no column "input l1 read"; it has: Layer Number, Runtime (Cycles), Num MACs; --energy none '
         'leaves energy out'),
        ("pytorch two.csv --kind k",
         "two.csv:1: has several columns of times: cpu_ms, gpu_ms; choose one with --column NAME"),
        ("tensorrt cut.json --kind k", "cut.json:2:"),
        ("tensorrt type.json --kind k", 'type.json:2:29: /1/averageMs: must be a number of at least 0; found "0.1"'),
        ("tensorrt other.json --kind k --model net.json",
         'other.json: does not name the layers of model "small" (each once); it has "zzz", the model "conv1", "pool1", '
         '"block1.0.conv", "block1.0.down", "block1.0.add", ... (6 in all)'),
        ("tensorrt other.json --kind gpu=k", "--kind gpu=k: the file has no devices, so --kind NAME is given once, without ="),
        (f"pytorch {samples}/torch.csv --kind k",
         "--kind k does not say of which device; give --kind DEVICE=KIND, where DEVICE is one of cpu, cuda, npu"),
        (f"pytorch {samples}/torch.csv --kind cude=k",
         '--kind cude=k: there is no device "cude" in the file; did you mean "cuda"?; it has: cpu, cuda, npu'),
        ("tensorflow a.csv --kind k", 'FORMAT must be one of scalesim, maestro, tensorrt, pytorch; found "tensorflow"'),
        ("scalesim gap.csv", "missing --kind NAME; see hetsched profile --help"),
    ]
    for command, message in cases:
        done = call("profile", *command.split(), "-o", "refused.csv", folder=folder)
        lines = done.stderr.splitlines()
        if done.returncode != 2 or len(lines) != 1 or not lines[0].startswith("hetsched: " + message):
            problems.append(f"profile {command}: {done.returncode}\n{done.stderr}  wanted: {message}")
    if list(folder.glob("refused*")):
        problems.append("a refused profile left a file")


def check_variants(folder):
    """Both rules in one model, which checks; what cannot be is refused."""
    layers = {layer["name"]: layer for layer in json.loads((samples / "net.json").read_text())["layers"]}
    one = call("variants", "net.json", "--rule", "depth_to_space", "--gamma", "4", "--accuracy-loss", "0.125", "-o",
               "sub/one.json", folder=folder)
    two = call("variants", "sub/one.json", "--rule", "precision", "--precision", "int8", "--layer", "fc=0.5", "-o",
               "two.json", folder=folder)
    expect("exit codes", (one.returncode, two.returncode), (0, 0))
    made = {layer["name"]: layer.get("variants") for layer in json.loads((folder / "two.json").read_text())["layers"]}
    d2s4 = {"name": "d2s4", "accuracy_loss": 0.125, "dims": {**layers["block1.0.conv"]["dims"], "k": 2, "c": 1, "y": 64, "x": 64}}
    expect("variants", made, {"conv1": None, "pool1": None, "block1.0.add": None, "block1.0.conv": [d2s4],
                              "block1.0.down": [{**d2s4, "dims": {"k": 2, "c": 1, "y": 64, "x": 64}}],
                              "fc": [{"name": "int8", "accuracy_loss": 0.5, "precision": "int8"}]})
    profile(folder, "scalesim", samples / "COMPUTE_REPORT_v2.csv", "--kind", "ws32", "--model", "two.json")
    expect("check", call("check", "two.json", "sub/one.json", folder=folder).returncode, 0)  # both find profile.csv
    refused = call("variants", "net.json", "--rule", "depth_to_space", "--layer", "conv1", "-o", "refused.json", folder=folder)
    expect("refused", (refused.returncode, refused.stderr, (folder / "refused.json").exists()),
           (2, 'hetsched: net.json:4:5: /layers/0: layer "conv1" cannot have this variant: channels k and c not both '
               "multiples of 4\n", False))


with tempfile.TemporaryDirectory() as name:
    room = pathlib.Path(name)
    (room / "net.json").write_text((samples / "net.json").read_text())
    for check in (check_scalesim, check_maestro, check_tensorrt, check_pytorch, check_use, check_refusals, check_variants):
        check(room)
if problems:
    sys.exit("\n".join(problems))
