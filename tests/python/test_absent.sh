#!/usr/bin/env bash
# A program built without Python names what it lacks.
source "$SOURCE_DIR/tests/support/cli.sh"
cd "$room"
write_inputs
cp "$SOURCE_DIR/policies/python/fcfs.py" .
call 2 run --platform in/two.json --workload in/load.json --policy fcfs.py
err_is "--policy fcfs.py: /policy: policies in Python (fcfs.py) are not part of this hetsched: install pybind11-dev and python3-dev and build it again"
