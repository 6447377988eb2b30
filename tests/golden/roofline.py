#!/usr/bin/env python3
"""scripts/plot roofline: are the dots where the costs say, and are both pictures written?

Environment: SOURCE_DIR.
"""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

source = pathlib.Path(os.environ["SOURCE_DIR"])


def plot(*arguments):
    return subprocess.run([sys.executable, str(source / "scripts" / "plot"), "roofline", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


with tempfile.TemporaryDirectory() as name:
    room = pathlib.Path(name)
    done = plot(source / "tests" / "data" / "profiles" / "costs.csv", "-o", room)
    if done.returncode != 0 or "not drawn: 2 rows" not in done.stderr:
        sys.exit(f"plot roofline: {done.returncode}\n{done.stderr}")
    rows = list(csv.DictReader((room / "roofline.csv").read_text().splitlines()))
    dots = {(row["kind"], row["layer"]): (float(row["ops_per_byte"]), float(row["ops_per_s"])) for row in rows}
    wanted = {("gpu", "conv"): (50, 5e11), ("gpu", "dw"): (0.5, 2.5e10), ("gpu", "add"): (0.5, 4e10), ("dla", "conv"): (100, 2.5e11)}
    if set(dots) != set(wanted) or any(abs(a / b - 1) > 1e-9 for key in dots for a, b in zip(dots[key], wanted[key])):
        sys.exit(f"dots: {dots}")
    for suffix, magic in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        if not (room / f"roofline.{suffix}").read_bytes().startswith(magic):
            sys.exit(f"roofline.{suffix} is none")
    (room / "bad.csv").write_text("layer,kind\na,b\n")
    bad = plot(room / "bad.csv", "-o", room / "none")
    if bad.returncode != 2 or "bad.csv: has no column operating_point" not in bad.stderr:
        sys.exit(f"a CSV without the columns: {bad.returncode}\n{bad.stderr}")
