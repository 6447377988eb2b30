"""Do the same inputs give the same bytes: again, with another number of processes, and from another build?

HETSCHED_OTHER may name the program of another build (debug, other compiler); its results must be the same too.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# What tells when, where and how long belongs to one run and may differ.
OF_ONE_RUN = {"run.json", "timing.csv", "study.json"}  # and journal/
EXPERIMENT = "tests/data/determinism/experiment.json"


def sweep(program, results, jobs):
    command = [program, "sweep", str(Path(os.environ["SOURCE_DIR"]) / EXPERIMENT), "-o", str(results), "-j", str(jobs), "--quiet"]
    subprocess.run(command, check=True)
    for tasks in results.rglob("tasks.csv"):
        subprocess.run([program, "trace", str(tasks.parent)], check=True, stdout=subprocess.DEVNULL)
    return {str(path.relative_to(results)): path.read_bytes()
            for path in sorted(results.rglob("*")) if path.is_file() and path.name not in OF_ONE_RUN and path.parent.name != "journal"}


def first_difference(one, other):
    for number, (a, b) in enumerate(zip(one.splitlines(), other.splitlines()), 1):
        if a != b:
            return f"line {number}\n  {a[:300]!r}\n  {b[:300]!r}"
    return "one is longer"


def compare(what, expected, got):
    if expected.keys() != got.keys():
        sys.exit(f"FAILED: {what}: other files: {sorted(expected.keys() ^ got.keys())}")
    for name, content in expected.items():
        if content != got[name]:
            sys.exit(f"FAILED: {what}: {name} differs: {first_difference(content, got[name])}")
    print(f"{what}: {len(expected)} files are the same, byte for byte")


def main():
    program = os.environ["HETSCHED"]
    with tempfile.TemporaryDirectory() as room:
        room = Path(room)
        expected = sweep(program, room / "one", 1)
        for name in ("points.csv", "streams.csv"):
            if expected[name].count(b"\n") < 3:
                sys.exit(f"FAILED: {name} is empty")
        if not any(name.endswith("tasks.csv") for name in expected):
            sys.exit("FAILED: there are no records of tasks to compare")
        compare("again", expected, sweep(program, room / "again", 1))
        compare("with -j 2", expected, sweep(program, room / "two", 2))
        if other := os.environ.get("HETSCHED_OTHER"):
            compare(f"by {other}", expected, sweep(other, room / "other", 2))


main()
