#!/usr/bin/env python3
"""Does `hetsched costs` print what the cost models say: every layer, every kind, sums that add up, and what cannot run?

Environment: HETSCHED (the program), SOURCE_DIR.
"""
import csv
import io
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
MODEL = str(SOURCE / "workloads/models/zoo/resnet50.json")


def call(*words, code=0):
    done = subprocess.run([os.environ["HETSCHED"], "costs", *words], capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"FAILED: costs {words}: exit code {done.returncode}, not {code}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


def table(*words):
    return list(csv.DictReader(io.StringIO(call(*words, "--csv"))))


def check(what, holds):
    if not holds:
        sys.exit("FAILED: " + what)


def roofline():
    """By hand, from the data sheet: 118,013,952 MACs of ResNet-50's first layer on 10 Top/s x 0.6, 100 GB/s x 0.8."""
    rows = table(MODEL, str(SOURCE / "tests/data/costs/my_gpu.json"))
    first = rows[0]
    check("ResNet-50's first layer has 118,013,952 MACs", float(first["macs"]) == 118013952)
    compute = 2 * 118013952 / (10e12 * 0.6)
    memory = float(first["bytes"]) / (100e9 * 0.8)
    check("time is overhead + max(compute, memory)",
          abs(float(first["time_s"]) - (6e-6 + max(compute, memory))) < 1e-12)
    check("energy is per operation", abs(float(first["energy_j"]) - 2 * 118013952 * 1e-12) < 1e-12)
    check("the roof is told", float(first["peak_ops_per_s"]) == 10e12 and float(first["bandwidth_bytes_per_s"]) == 100e9)
    slow = [row for row in rows if row["layer"] == first["layer"] and row["operating_point"] == "15W"][0]
    check("a slower clock computes slower", abs(float(slow["compute_time_s"]) / (compute * 1300 / 420) - 1) < 1e-9)
    check("the roof sinks with the clock", abs(float(slow["peak_ops_per_s"]) / (10e12 * 420 / 1300) - 1) < 1e-9)


def arrays():
    """SCALE-Sim's formula for one layer by hand: 3x3, 64 to 64 channels on 56x56, output-stationary 32x32."""
    rows = table(MODEL, str(SOURCE / "platforms/systolic_edge.json"))
    layer = [row for row in rows if row["layer"] == "layer1.0.conv2" and row["kind"] == "os32"][0]
    check("cycles", float(layer["cycles"]) == 98 * 2 * (576 + 32 + 32 - 2) - 1)
    macs = 64 * 64 * 9 * 56 * 56
    check("utilisation", abs(float(layer["utilization"]) - macs / (float(layer["cycles"]) * 1024)) < 1e-9)
    kinds = {row["kind"] for row in rows}
    check("every layer on every kind and point", len(rows) == len({row["layer"] for row in rows}) * 5 and len(kinds) == 3)


def refusals():
    text = call(MODEL, str(SOURCE / "platforms/jetson_agx_orin.json"), "--kind", "agx_orin_pva")
    check("what cannot run is said", "cannot run" in text and "without 72 layers that cannot run there" in text)
    text = call(MODEL, str(SOURCE / "platforms/jetson_agx_orin.json"), "--kind", "agx_orin_gpo", code=2)
    check("a wrong kind is told", 'did you mean "agx_orin_gpu"' in text)
    text = call(MODEL, MODEL, code=2)
    check("a model is no platform", "is no field of a platform" in text)


roofline()
arrays()
refusals()
