#!/usr/bin/env python3
"""The model zoo: is it what its generator writes, and do totals and layers agree with what others give?

Environment: HETSCHED (the program), SOURCE_DIR.
"""
import csv
import filecmp
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

source = pathlib.Path(os.environ["SOURCE_DIR"])
zoo = source / "workloads" / "models" / "zoo"
problems = []


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def program(*arguments):
    result = subprocess.run([os.environ["HETSCHED"], *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"hetsched {' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
    return result.stdout


def check_drift():
    """The committed files are what the generator writes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(source / "scripts" / "models"), "-o", folder], check=True)
        written = sorted(os.listdir(folder))
        if written != sorted(path.name for path in zoo.iterdir()):
            problems.append("other networks are committed than scripts/models writes")
        for name in written:
            if (zoo / name).exists() and not filecmp.cmp(zoo / name, pathlib.Path(folder) / name, shallow=False):
                problems.append(f"{name} is not what scripts/models writes")


def check_value(model, what, found, wanted, tolerance):
    if wanted and abs(found - float(wanted)) > float(tolerance) * float(wanted):
        problems.append(f"{model}: {what} {found:.0f}, published {wanted} within {tolerance}")


def check_totals():
    printed = csv.DictReader(io.StringIO(program("models", str(zoo), "--csv")))
    found = {pathlib.Path(row["file"]).stem: row for row in printed}
    published = rows(source / "tests" / "data" / "zoo_totals.csv")
    if sorted(found) != sorted(row["model"] for row in published):
        problems.append(f"zoo_totals.csv has other networks: {set(found) ^ {row['model'] for row in published}}")
    for row in published:
        for what in ("macs", "params"):
            if row["model"] in found:
                check_value(row["model"], what, float(found[row["model"]][what]), row[what], row[f"{what}_tolerance"])


def check_layers():
    """Layers with weights or work, in order; word tables and learned positions are not in the reference."""
    wanted = {}
    for row in rows(source / "tests" / "data" / "zoo_layers.csv"):
        wanted.setdefault(row["model"], []).append((float(row["macs"]), float(row["params"])))
    if len(wanted) < 16:
        problems.append("zoo_layers.csv is not whole")
    for model, layers in wanted.items():
        resolved = json.loads(program("check", "--resolved", str(zoo / f"{model}.json")))
        found = [(layer["macs"], layer["params"]) for layer in resolved["layers"]
                 if layer["op"] not in ("embedding", "elementwise") and (layer["macs"] or layer["params"])]
        if len(found) != len(layers):
            problems.append(f"{model}: {len(found)} layers with weights or work, not {len(layers)}")
        for i, (mine, theirs) in enumerate(zip(found, layers)):
            if mine != theirs:
                problems.append(f"{model}: layer {i} has (MACs, parameters) {mine}, not {theirs}")
                break


def check_shapes():
    """What a layer reads is what the layers that it names put out."""
    exact = ("conv2d", "depthwise_conv2d", "transposed_conv2d", "max_pool", "avg_pool", "normalization", "resize",
             "concat", "split", "reshape")
    compared = 0
    for path in sorted(zoo.iterdir()):
        layers = json.loads(program("check", "--resolved", str(path)))["layers"]
        outputs = {layer["name"]: layer["output_bytes"] for layer in layers}
        for layer in layers:
            if layer["op"] not in exact or not layer["inputs"]:
                continue
            there = sum(outputs[tensor["from"]] for tensor in layer["inputs"])
            compared += 1
            if there != layer["input_bytes"]:
                problems.append(f"{path.name}: {layer['name']} reads {layer['input_bytes']} bytes of {there}")
    if compared < 1000:
        problems.append(f"only {compared} shapes were compared")


def check_command():
    """All models at once by default; a file that is no model is refused by name."""
    table = program("models")
    for text in ("GMAC", "ResNet50-v1.5", "25557032", "VGG11"):
        if text not in table:
            problems.append(f"hetsched models does not print {text}")
    refused = subprocess.run([os.environ["HETSCHED"], "models", "workloads/models/model.schema.json"],
                             capture_output=True, text=True, cwd=source)
    if refused.returncode != 2 or "is no model" not in refused.stderr:
        problems.append(f"a file that is no model gives {refused.returncode}: {refused.stderr}")


check_drift()
check_totals()
check_layers()
check_shapes()
check_command()
if problems:
    sys.exit("\n".join(problems))
