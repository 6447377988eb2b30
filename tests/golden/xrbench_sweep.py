"""Does `hetsched sweep experiments/xrbench` meet the published scores, through the command line and its tables?"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["SOURCE_DIR"])
PUBLISHED = SOURCE / "tests/data/xrbench_fig5.csv"
TOLERANCE = 1e-3  # published to 4 digits, from measurements that we have to 4 or 5


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def sweep(results):
    command = [os.environ["HETSCHED"], "sweep", str(SOURCE / "experiments/xrbench"), "-o", str(results), "--quiet"]
    subprocess.run(command, check=True)
    points = {(r["workload"], r["platform"]): r for r in rows(results / "points.csv")}
    streams = {(r["workload"], r["platform"], r["model"]): r for r in rows(results / "streams.csv")}
    return points, streams


def main():
    published = rows(PUBLISHED)
    with tempfile.TemporaryDirectory() as room:
        points, streams = sweep(Path(room) / "results")
    wrong = {}
    wanted = []
    for row in published:
        point = (row["workload"], row["platform"])
        wanted.append(point)
        compared = [("overall", points[point]["score"])]
        stream = streams[(*point, row["model"])]
        compared += [(name, stream[name]) for name in ("rt_score", "energy_score", "qoe")]
        for name, value in compared:
            if not abs(float(value) - float(row[name])) <= TOLERANCE:
                wrong.setdefault(point, []).append(f"{row['model']} {name}: {value}, published {row[name]}")
    wanted = list(dict.fromkeys(wanted))
    for point, lines in wrong.items():
        print(" on ".join(point), *lines, sep="\n  ")
    matched = len(wanted) - len(wrong)
    print(f"{matched} of {len(wanted)} published points matched to {TOLERANCE}: overall score and, for every model, "
          "its three scores")
    if matched < 26:
        sys.exit("FAILED: 26 points are known to match")


main()
