#!/usr/bin/env python3
"""Does scripts/plot say of results of an older format what to do? (`hetsched trace` and `compare`: tests/data/bad.)

Environment: SOURCE_DIR.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

source = pathlib.Path(os.environ["SOURCE_DIR"])
older = source / "tests" / "data" / "bad" / "trace_older"
with tempfile.TemporaryDirectory() as room:
    done = subprocess.run([sys.executable, str(source / "scripts" / "plot"), "gantt", str(older), "-o", room],
                          capture_output=True, text=True)
    way_out = "tasks.csv: was made by an older hetsched (results format 1); run the experiment again."
    if done.returncode == 0 or way_out not in done.stderr or len(done.stderr.splitlines()) != 1 or any(pathlib.Path(room).iterdir()):
        sys.exit(f"plot gantt of older results: {done.returncode}\n{done.stderr}{done.stdout}")
